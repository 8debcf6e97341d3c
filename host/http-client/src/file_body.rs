//! A part of a file as the body of a request, read while it is sent.
//!
//! `FileBody::new(file, 64 MiB, &sent)` → a body of that length; `sent` counts its bytes as they are taken

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::fs::File;
use tokio::io::{AsyncRead as _, ReadBuf};

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The next bytes of a file. A file that ends before them is an error, so that no shorter body passes for the whole.
#[derive(Debug)]
pub struct FileBody {
    file: File,
    left: u64,
    sent: Arc<AtomicU64>,
    buffer: Box<[u8]>,
}

impl FileBody {
    /// Takes a file at the position from which it is sent.
    pub fn new(file: File, length: u64, sent: Arc<AtomicU64>) -> FileBody {
        FileBody { file, left: length, sent, buffer: vec![0; CHUNK_BYTES].into() }
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let body = self.get_mut();
        if body.left == 0 {
            return Poll::Ready(None);
        }
        let wanted = usize::try_from(body.left).unwrap_or(usize::MAX).min(CHUNK_BYTES);
        let mut buffer = ReadBuf::new(body.buffer.get_mut(..wanted).unwrap_or_default());
        ready!(Pin::new(&mut body.file).poll_read(context, &mut buffer))?;
        let read = Bytes::copy_from_slice(buffer.filled());
        if read.is_empty() {
            return Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter"))));
        }
        let count = read.len() as u64;
        body.left -= count;
        body.sent.fetch_add(count, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(read))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
