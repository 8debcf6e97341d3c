//! Log output that never delays a response and never fails one.
//!
//! ```text
//! tracing event → one formatted line → bounded queue → one thread → stderr
//! ```
//!
//! A full disk, a closed pipe and a reader that has stopped reading cost log lines, which are counted
//! ([`dropped_lines`]), and nothing else. `tracing-appender` is not used for this: it counts no failed write, and at
//! shutdown it prints to stdout, which may be the same broken pipe.

use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

/// Number of lines that may wait to be written. A line is some 200 bytes long, so the queue holds some 400 KB at most.
pub const QUEUE_LINES: usize = 2048;

/// The output that the process logs to, once [`start`] has run.
static OUTPUT: OnceLock<LogOutput> = OnceLock::new();
/// Number of lines that were not written since the process started.
static DROPPED_LINES: AtomicU64 = AtomicU64::new(0);

enum Message {
    Line(Vec<u8>),
    /// Everything before this message has been written or dropped: reply on the channel.
    Flush(Sender<()>),
}

/// A handle to the log's queue. Each `write` is one line; it returns at once and never fails.
#[derive(Debug, Clone)]
pub struct LogOutput {
    queue: Sender<Message>,
}

/// Starts the thread that writes the log to stderr and returns the handle to its queue.
///
/// # Errors
/// stderr is closed, or the thread cannot be started.
pub fn start() -> io::Result<LogOutput> {
    if let Some(output) = OUTPUT.get() {
        return Ok(output.clone());
    }
    let output = LogOutput::new(stderr()?, QUEUE_LINES)?;
    Ok(OUTPUT.get_or_init(|| output).clone())
}

/// Writes a line to stderr: through the queue once the log has been started, else directly.
pub fn line(text: &str) {
    match OUTPUT.get() {
        Some(output) => output.send(format!("{text}\n").into_bytes()),
        // A command without a log: a failure of stderr cannot be reported.
        None => _ = writeln!(io::stderr().lock(), "{text}"),
    }
}

/// Waits until the queued lines are written, but no longer than `limit`.
pub fn flush(limit: Duration) {
    if let Some(output) = OUTPUT.get() {
        output.flush(limit);
    }
}

/// Returns the number of lines that were not written since the process started.
pub fn dropped_lines() -> u64 {
    DROPPED_LINES.load(Ordering::Relaxed)
}

impl LogOutput {
    fn new(writer: impl Write + Send + 'static, capacity: usize) -> io::Result<LogOutput> {
        let (queue, messages) = bounded(capacity);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_lines(writer, &messages))?;
        Ok(LogOutput { queue })
    }

    fn send(&self, line: Vec<u8>) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            DROPPED_LINES.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self, limit: Duration) {
        let deadline = Instant::now() + limit;
        let (done, written) = bounded(1);
        if self.queue.send_deadline(Message::Flush(done), deadline).is_ok() {
            _ = written.recv_deadline(deadline);
        }
    }
}

impl Write for LogOutput {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.send(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_lines(mut writer: impl Write, messages: &Receiver<Message>) {
    // A failed write may have written a part of its line; the next line then begins on a new one.
    let mut broken = false;
    for message in messages {
        match message {
            Message::Line(line) => {
                let written = if broken { writer.write_all(b"\n") } else { Ok(()) };
                broken = written.and_then(|()| writer.write_all(&line)).is_err();
                DROPPED_LINES.fetch_add(u64::from(broken), Ordering::Relaxed);
            }
            Message::Flush(done) => _ = done.send(()),
        }
    }
}

/// Opens a second handle to stderr: a thread that waits for a reader would hold the lock of the standard library's.
fn stderr() -> io::Result<impl Write + Send + 'static> {
    use std::os::fd::AsFd;
    io::stderr().as_fd().try_clone_to_owned().map(std::fs::File::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// A writer whose writes succeed, fail or wait, as the test sets it.
    #[derive(Clone, Default)]
    struct Output {
        written: Arc<Mutex<Vec<u8>>>,
        fails: Arc<Mutex<bool>>,
    }

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if *self.fails.lock().unwrap() {
                return Err(io::ErrorKind::StorageFull.into());
            }
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn lines_are_written_in_order() {
        let output = Output::default();
        let mut log = LogOutput::new(output.clone(), 16).unwrap();
        log.write_all(b"one\n").unwrap();
        log.write_all(b"two\n").unwrap();
        log.flush(LIMIT);
        assert_eq!(*output.written.lock().unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn failed_writes_are_counted_and_the_next_line_begins_anew() {
        let output = Output::default();
        let mut log = LogOutput::new(output.clone(), 16).unwrap();
        let before = dropped_lines();
        *output.fails.lock().unwrap() = true;
        assert_eq!(log.write(b"lost\n").unwrap(), 5);
        log.flush(LIMIT);
        *output.fails.lock().unwrap() = false;
        log.write_all(b"kept\n").unwrap();
        log.flush(LIMIT);
        assert_eq!(*output.written.lock().unwrap(), b"\nkept\n");
        assert!(dropped_lines() > before);
    }

    #[test]
    fn waiting_writer_delays_no_caller_and_its_queue_is_bounded() {
        let output = Output::default();
        let waits = output.fails.lock().unwrap();
        let log = LogOutput::new(output.clone(), 4).unwrap();
        let before = dropped_lines();
        let started = Instant::now();
        // One line is held by the thread, four wait, and one more is dropped at least.
        (0..6).for_each(|_| log.send(b"line\n".to_vec()));
        log.flush(Duration::from_millis(50));
        assert!(started.elapsed() < LIMIT);
        assert!(dropped_lines() > before);
        drop(waits);
    }
}
