//! Evidence files over tus 1.0.0: `/v1/files` and `/v1/files/{id}`.
//!
//! ```text
//! POST  /v1/files      Upload-Length: 11 · Upload-Metadata: filename YS5sb2c=  → 201, Location: /v1/files/0f…, Upload-Offset: 0
//! PATCH /v1/files/0f…  Upload-Offset: 0 · eleven bytes                         → 204, Upload-Offset: 11
//! ```
//!
//! Extensions: creation, creation-with-upload, expiration, termination (<https://tus.io/protocols/resumable-upload>).
//! [`kakekomi_evidence`] seals and stores. The limits of other bodies do not hold here: a body is as long as its file, and it
//! ends early only where it pauses for too long or the host stops. What came until then is stored.

mod metadata;
mod protocol;
mod uploader;
mod uploads_at_once;

use axum::Json;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use kakekomi_evidence::{UploadRefusal, UploadState};
use kakekomi_service::return_visit::CaseFile;
use kakekomi_store::{FileId, FileState};

use self::metadata::{UPLOAD_LENGTH, WrongMetadata, new_upload, whole_number};
pub use self::protocol::announce_version;
use self::protocol::{
    EXTENSIONS, METHOD_OVERRIDE, PATH, TUS_EXTENSION, TUS_MAX_SIZE, TUS_VERSION, UPLOAD_EXPIRES, UPLOAD_OFFSET,
    VERSION, has_bytes_type, http_date,
};
pub use self::uploader::Files;
use self::uploader::{Refused, Uploader};
pub use self::uploads_at_once::UploadsAtOnce;
use super::extract::RequestedLocale;
use super::problem::Problem;
use super::problem_code::ProblemCode;

/// Bytes of a file.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "the body is read as it comes")]
pub(crate) struct FileBytes(Vec<u8>);

/// Describes what this host takes: version and extensions of tus, and the longest file.
#[utoipa::path(options, path = "/v1/files", tag = "files", operation_id = "upload_options",
    responses((status = 204, description = "Version, extensions and the longest file",
        headers(("Tus-Version" = String, description = "`1.0.0`"),
            ("Tus-Extension" = String, description = "`creation,creation-with-upload,expiration,termination`"),
            ("Tus-Max-Size" = u64, description = "Bytes of the longest file")))))]
pub(crate) async fn options(State(files): State<Files>) -> impl IntoResponse {
    let max = files.evidence.limits.file_max.to_string();
    let headers = [(TUS_VERSION, VERSION), (TUS_EXTENSION, EXTENSIONS)];
    (StatusCode::NO_CONTENT, headers, [(TUS_MAX_SIZE, max)])
}

/// The evidence files of a case.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct CaseFiles {
    /// In the order of their declarations.
    files: Vec<CaseFile>,
}

/// Lists the files of the case, so that a client finds an upload again.
#[utoipa::path(get, path = "/v1/files", tag = "files", operation_id = "list_uploads", security(("visit" = [])),
    params(RequestedLocale,
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    responses((status = 200, description = "The files, without their names", body = CaseFiles)))]
pub async fn list(uploader: Uploader) -> Response {
    let now = (uploader.now)();
    match uploader.files.evidence.store.files_of(&uploader.number).await {
        Ok(lines) => {
            Json(CaseFiles { files: lines.into_iter().map(|line| line.at(now).into()).collect() }).into_response()
        }
        Err(error) => uploader.problem(UploadRefusal::Store(error)).into_response(),
    }
}

/// Declares a file of the case, perhaps with its first bytes.
#[utoipa::path(post, path = "/v1/files", tag = "files", operation_id = "create_upload", security(("visit" = [])),
    params(RequestedLocale,
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Upload-Length" = u64, Header, description = "Bytes of the file"),
        ("Upload-Metadata" = String, Header, description = "Keys, each with a value in base64: `filename` (1 to 255 bytes), and \
            where known `what` (`log`, `diagram`, `screenshot`, `other`), `log` (index in `logs` of the draft), `filetype`, \
            `sha256`", example = "what bG9n,log MA==,filename c2VjdXJpdHkuZXZ0eA=="),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    request_body(content = Option<FileBytes>, content_type = "application/offset+octet-stream",
        description = "The first bytes of the file, if the client likes"),
    responses((status = 201, description = "The file is declared; bytes that came with it would outlast a power failure now",
        headers(("Location" = String, description = "The address of the upload, `/v1/files/<32 hex>`"),
            ("Upload-Offset" = u64, description = "Bytes that are stored"),
            ("Upload-Expires" = Option<String>, description = "The end of the upload, if it is not continued")))))]
pub(crate) async fn create(uploader: Result<Uploader, Problem>, headers: HeaderMap, body: Body) -> Response {
    let created = match uploader {
        Ok(uploader) => create_with(&uploader, &headers, body).await,
        Err(problem) => Err(Refused::new(problem, body)),
    };
    match created {
        Ok(state) => {
            let location = [(header::LOCATION, format!("{PATH}/{}", state.id))];
            (StatusCode::CREATED, location, progress(&state)).into_response()
        }
        Err(refused) => refused.into_response(&headers).await,
    }
}

async fn create_with(uploader: &Uploader, headers: &HeaderMap, body: Body) -> Result<UploadState, Refused> {
    let has_bytes = !body.is_end_stream();
    if has_bytes && let Err(code) = bytes_alone(headers) {
        return Err(uploader.refused(code, body));
    }
    let upload = match new_upload(headers) {
        Ok(upload) => upload,
        Err(wrong) => return Err(uploader.wrong(wrong, body)),
    };
    let permit = if has_bytes { uploader.permit() } else { None };
    if has_bytes && permit.is_none() {
        // Before the declaration: a client that hears of no upload declares it again.
        return Err(uploader.refused(ProblemCode::UploadsBusy, body));
    }
    // One that is too large for a file is refused for that, and takes no room.
    if upload.length <= uploader.files.evidence.limits.file_max
        && let Err(problem) = uploader.reserve(upload.length)
    {
        return Err(Refused::new(problem, body));
    }
    let state = match uploader.files.evidence.create(&uploader.number, upload, (uploader.now)()).await {
        Ok(state) => state,
        Err(refusal) => return Err(Refused::new(uploader.problem(refusal), body)),
    };
    let Some(permit) = permit else { return Ok(state) };
    match uploader.receive(permit, state.id, 0, body).await {
        // The upload exists: the client continues it where these bytes ended.
        Err(Refused { offset: Some(offset), .. }) => Ok(UploadState { offset, ..state }),
        received => received,
    }
}

/// Stores bytes of a file behind those that are there.
#[utoipa::path(patch, path = "/v1/files/{id}", tag = "files", operation_id = "continue_upload", security(("visit" = [])),
    params(RequestedLocale, ("id" = String, Path, description = "The name of the upload", pattern = "^[0-9a-f]{32}$"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Upload-Offset" = u64, Header, description = "Bytes that are stored, where these begin"),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    request_body(content = FileBytes, content_type = "application/offset+octet-stream",
        description = "Bytes of the file, as many as the client likes to send at a time"),
    responses((status = 204, description = "The bytes would outlast a power failure now; a host that stops takes a part of them",
        headers(("Upload-Offset" = u64, description = "Bytes that are stored"),
            ("Upload-Expires" = Option<String>, description = "The end of the upload, if it is not continued")))))]
pub(crate) async fn append(
    uploader: Result<Uploader, Problem>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let appended = match uploader {
        Ok(uploader) => append_to(&uploader, &id, &headers, body).await,
        Err(problem) => Err(Refused::new(problem, body)),
    };
    match appended {
        Ok(state) => (StatusCode::NO_CONTENT, progress(&state)).into_response(),
        Err(refused) => refused.into_response(&headers).await,
    }
}

async fn append_to(uploader: &Uploader, id: &str, headers: &HeaderMap, body: Body) -> Result<UploadState, Refused> {
    let Ok(id) = id.parse() else { return Err(uploader.refused(ProblemCode::FileUnknown, body)) };
    if let Err(code) = bytes_alone(headers) {
        return Err(uploader.refused(code, body));
    }
    let Some(offset) = whole_number(headers, &UPLOAD_OFFSET) else {
        return Err(uploader.wrong(WrongMetadata("Upload-Offset"), body));
    };
    let Some(permit) = uploader.permit() else { return Err(uploader.refused(ProblemCode::UploadsBusy, body)) };
    uploader.receive(permit, id, offset, body).await
}

/// Shows how much of a file is stored. It never waits for a request that sends bytes.
#[utoipa::path(head, path = "/v1/files/{id}", tag = "files", operation_id = "show_upload", security(("visit" = [])),
    params(RequestedLocale, ("id" = String, Path, description = "The name of the upload", pattern = "^[0-9a-f]{32}$"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    responses((status = 200, description = "The upload",
        headers(("Upload-Offset" = u64, description = "Bytes that are stored"),
            ("Upload-Length" = u64, description = "Bytes of the file"),
            ("Upload-Expires" = Option<String>, description = "The end of the upload, if it is not continued")))))]
pub(crate) async fn show(uploader: Uploader, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = name(&uploader, &id)?;
    let state = uploader.files.evidence.state(&uploader.number, &id, (uploader.now)()).await;
    let state = state.map_err(|refusal| uploader.problem(refusal))?;
    let length = [(UPLOAD_LENGTH, state.length.to_string()), (header::CACHE_CONTROL, "no-store".to_owned())];
    Ok((length, progress(&state)).into_response())
}

/// Gives up an unfinished file, whose bytes are deleted.
#[utoipa::path(delete, path = "/v1/files/{id}", tag = "files", operation_id = "end_upload", security(("visit" = [])),
    params(RequestedLocale, ("id" = String, Path, description = "The name of the upload", pattern = "^[0-9a-f]{32}$"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    responses((status = 204, description = "The upload has ended")))]
pub(crate) async fn end(uploader: Uploader, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = name(&uploader, &id)?;
    let ended = uploader.files.evidence.terminate(&uploader.number, &id, (uploader.now)()).await;
    ended.map_err(|refusal| uploader.problem(refusal))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Does what `X-HTTP-Method-Override` names, for clients that can only send POST: `PATCH`, `HEAD` or `DELETE`.
#[utoipa::path(post, path = "/v1/files/{id}", tag = "files", operation_id = "upload_by_post", security(("visit" = [])),
    params(RequestedLocale, ("id" = String, Path, description = "The name of the upload", pattern = "^[0-9a-f]{32}$"),
        ("X-HTTP-Method-Override" = String, Header, description = "The method that is meant", pattern = "^(PATCH|HEAD|DELETE)$"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`", pattern = "^1\\.0\\.0$"),
        ("Upload-Offset" = Option<u64>, Header, description = "With `PATCH`: bytes that are stored, where these begin"),
        ("Kakekomi-Case" = Option<String>, Header, description = "Without a visit: the reception number"),
        ("Kakekomi-Code" = Option<String>, Header, description = "Without a visit: the return code")),
    request_body(content = Option<FileBytes>, content_type = "application/offset+octet-stream",
        description = "With `PATCH`: bytes of the file"),
    responses((status = 200, description = "As of `HEAD`"), (status = 204, description = "As of `PATCH` and `DELETE`")))]
pub(crate) async fn override_method(
    uploader: Result<Uploader, Problem>,
    id: Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let method = headers.get(METHOD_OVERRIDE).and_then(|method| method.to_str().ok()).unwrap_or_default();
    let answered = match (method, uploader) {
        ("PATCH", uploader) => return append(uploader, id, headers, body).await,
        ("HEAD", Ok(uploader)) => show(uploader, id).await,
        ("DELETE", Ok(uploader)) => end(uploader, id).await,
        (_, Ok(uploader)) => {
            let wrong = uploader.wrong(WrongMetadata("X-HTTP-Method-Override"), body);
            return wrong.into_response(&headers).await;
        }
        (_, Err(problem)) => Err(problem),
    };
    match answered {
        Ok(response) => response,
        Err(problem) => Refused::new(problem, body).into_response(&headers).await,
    }
}

/// Reads the name of an upload.
fn name(uploader: &Uploader, id: &str) -> Result<FileId, Problem> {
    id.parse().map_err(|_| uploader.problem(UploadRefusal::Unknown))
}

/// Checks that a body is the bytes of a file, and nothing that has to be decoded first.
fn bytes_alone(headers: &HeaderMap) -> Result<(), ProblemCode> {
    if !has_bytes_type(headers) {
        return Err(ProblemCode::FileContentType);
    }
    if headers.contains_key(header::CONTENT_ENCODING) { Err(ProblemCode::HttpContentEncoding) } else { Ok(()) }
}

/// The headers with the progress of an upload.
fn progress(state: &UploadState) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let mut headers = vec![(UPLOAD_OFFSET, state.offset.to_string())];
    if state.state == FileState::Receiving {
        headers.push((UPLOAD_EXPIRES, http_date(state.expires_at)));
    }
    AppendHeaders(headers)
}
