//! The applicant behind a request for a file: the case, its uploads, and the response to a refusal.
//!
//! `Authorization: Bearer TOKEN`, or `Kakekomi-Case` and `Kakekomi-Code` → [`Uploader`] of that case; wrong ones → 401

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use futures_util::StreamExt as _;
use kakekomi_core::Locale;
use kakekomi_evidence::{AppendEnd, Evidence, UploadRefusal, UploadState};
use kakekomi_service::capacity::{Capacity, Shortage};
use kakekomi_service::return_visit::{ReturnVisits, VisitRefusal};
use kakekomi_store::FileId;
use kakekomi_store::receipt_number::Number;
use tokio::sync::watch;

use super::metadata::WrongMetadata;
use super::protocol::{UPLOAD_OFFSET, has_version};
use super::uploads_at_once::{UploadPermit, UploadsAtOnce};
use crate::body::drain_within;
use crate::client_ip::Client;
use crate::extract::{Clock, requested_locale};
use crate::problem::Problem;
use crate::problem_code::ProblemCode;
use crate::return_visit;

/// The reception number of a request without a visit.
const CASE: HeaderName = HeaderName::from_static("kakekomi-case");
/// Its return code.
const CODE: HeaderName = HeaderName::from_static("kakekomi-code");
const MIB: u64 = 1 << 20;
/// Bytes of a refused piece that are still read, and the time for them: the page sends pieces of this size, and would take a
/// broken connection for one of the network.
const DRAIN_BYTES: usize = 8 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// The parts of the uploads that all requests share.
#[derive(Clone)]
pub struct Files {
    /// Seals and stores.
    pub evidence: Evidence,
    /// Limit of the uploads of one address at a time.
    pub uploads: UploadsAtOnce,
    /// Limit of the bytes that one address may declare a day.
    pub quota: Arc<Capacity>,
    /// Turns true when the host stops: bodies under way end there.
    pub stop: watch::Receiver<bool>,
}

/// An applicant who may add files to a case.
pub struct Uploader {
    /// The parts of the uploads.
    pub files: Files,
    /// The case.
    pub number: Number,
    /// The time.
    pub now: Clock,
    visits: ReturnVisits,
    client: Option<IpAddr>,
    locale: Locale,
}

impl<S> FromRequestParts<S> for Uploader
where
    S: Send + Sync,
    Files: FromRef<S>,
    ReturnVisits: FromRef<S>,
    Clock: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Uploader, Problem> {
        let locale = requested_locale(&parts.uri);
        let (visits, now) = (ReturnVisits::from_ref(state), Clock::from_ref(state));
        let client = parts.extensions.get::<Client>().and_then(|Client(client)| *client);
        let number = number(&visits, client, &parts.headers, now()).await;
        let number = number.map_err(|refusal| return_visit::refused(&visits, refusal, locale))?;
        if !has_version(&parts.headers) {
            return Err(Problem::new(ProblemCode::TusVersion, locale));
        }
        Ok(Uploader { files: Files::from_ref(state), number, now, visits, client, locale })
    }
}

/// Finds the case of a request. A token goes before number and code.
async fn number(
    visits: &ReturnVisits,
    client: Option<IpAddr>,
    headers: &HeaderMap,
    now: i64,
) -> Result<Number, VisitRefusal> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let visit = match (headers.contains_key(header::AUTHORIZATION), text(CASE), text(CODE)) {
        (false, Some(number), Some(code)) => visits.identify(client, number, code, now).await?,
        _ => return_visit::visit(visits, headers, now).await?,
    };
    Ok(visit.number().clone())
}

impl Uploader {
    /// Takes the right to send bytes; `None` if the address has as many uploads as it may.
    pub fn permit(&self) -> Option<UploadPermit> {
        self.files.uploads.begin(self.client)
    }

    /// Takes the room of a file from the day's quota of the address.
    ///
    /// # Errors
    /// The problem `quota.exceeded`, with the time until the file would fit.
    pub fn reserve(&self, length: u64) -> Result<(), Problem> {
        let bytes = usize::try_from(length).unwrap_or(usize::MAX);
        self.files.quota.reserve(self.client, bytes).map_err(|shortage| {
            let problem = Problem::new(shortage.into(), self.locale).phone(&self.visits.intake.desk.profile().phone);
            match shortage {
                Shortage::FreeSpace => problem,
                Shortage::AddressQuota { wait } | Shortage::DailyQuota { wait } => problem.retry_after(wait),
            }
        })
    }

    /// Stores the bytes of a body behind those that are there, to its end or as far as it comes.
    ///
    /// # Errors
    /// [`Refused`] with the number of the bytes that are stored, where that is known.
    pub async fn receive(
        &self,
        permit: UploadPermit,
        id: FileId,
        offset: u64,
        body: Body,
    ) -> Result<UploadState, Refused> {
        let mut stop = self.files.stop.clone();
        let stopped = async move { drop(stop.wait_for(|stops| *stops).await) };
        let mut bytes = body.into_data_stream().take_until(Box::pin(stopped));
        let ended = self.files.evidence.append(&self.number, &id, offset, &mut bytes, self.now).await;
        drop(permit);
        ended.map_err(|AppendEnd { state, why }| Refused {
            problem: self.problem(why),
            offset: state.map(|state| state.offset),
            rest: Body::new(bytes.into_inner()),
        })
    }

    /// Makes the problem of a code.
    pub fn refused(&self, code: ProblemCode, rest: Body) -> Refused {
        Refused::new(Problem::new(code, self.locale), rest)
    }

    /// Makes the problem of a header or a key.
    pub fn wrong(&self, WrongMetadata(name): WrongMetadata, rest: Body) -> Refused {
        Refused::new(Problem::new(ProblemCode::FileMetadata, self.locale).key(name), rest)
    }

    /// The only place where a refusal of the storage gets its status.
    pub fn problem(&self, refusal: UploadRefusal) -> Problem {
        let problem = |code| Problem::new(code, self.locale);
        let (limits, phone) = (&self.files.evidence.limits, &self.visits.intake.desk.profile().phone);
        match refusal {
            UploadRefusal::Unknown => problem(ProblemCode::FileUnknown),
            UploadRefusal::Offset { .. } => problem(ProblemCode::FileOffset),
            UploadRefusal::TooLarge | UploadRefusal::TooLong => {
                let max = usize::try_from(limits.file_max / MIB).unwrap_or(usize::MAX);
                problem(ProblemCode::FileTooLarge).number("max", max)
            }
            UploadRefusal::TooMany => {
                let max = usize::try_from(limits.files_a_case).unwrap_or(usize::MAX);
                problem(ProblemCode::FilesTooMany).number("max", max)
            }
            UploadRefusal::Metadata(key) => problem(ProblemCode::FileMetadata).key(key),
            UploadRefusal::Arrived => problem(ProblemCode::FileArrived),
            UploadRefusal::Expired | UploadRefusal::Erased => problem(ProblemCode::FileExpired),
            UploadRefusal::Closed => problem(ProblemCode::CaseClosed),
            UploadRefusal::Full => problem(ProblemCode::EvidenceFull).phone(phone),
            UploadRefusal::Busy(wait) => problem(ProblemCode::UploadsBusy).retry_after(wait),
            UploadRefusal::Idle => problem(ProblemCode::HttpTimeout),
            UploadRefusal::Cut => problem(ProblemCode::HttpBadRequest),
            error @ (UploadRefusal::Storage(_) | UploadRefusal::Sealing(_)) => {
                tracing::error!(%error, "a file could not be stored");
                problem(ProblemCode::EvidenceUnavailable).phone(phone)
            }
            UploadRefusal::Store(error) => return_visit::refused(&self.visits, error.into(), self.locale),
        }
    }
}

/// A refusal of a request whose body may still be arriving.
pub struct Refused {
    problem: Problem,
    /// Bytes that are stored, where that is known.
    pub offset: Option<u64>,
    rest: Body,
}

impl Refused {
    /// Makes a refusal of a request with an unread body.
    pub fn new(problem: Problem, rest: Body) -> Refused {
        Refused { problem, offset: None, rest }
    }

    /// Makes the response; a client that is still sending would otherwise see a broken connection instead.
    pub async fn into_response(self, headers: &HeaderMap) -> Response {
        if !headers.contains_key(header::EXPECT) {
            drain_within(self.rest, DRAIN_BYTES, DRAIN_TIME).await;
        }
        let offset = self.offset.map(|offset| AppendHeaders([(UPLOAD_OFFSET, offset.to_string())]));
        (offset, self.problem).into_response()
    }
}
