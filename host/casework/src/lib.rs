//! The work of an operator on a case: the queue, the view of a case, the actions.
//!
//! `casework.act(&operator, &number, Action::Note { text: "…" }, Some(3))` → the event 4 of the case
//!
//! It knows neither HTTP nor SQL. Each action is one sealed event; nothing is edited, and a correction is another event. An
//! action that meets a change its operator has not seen is refused, and the operator gets both.
//!
//! - [`Casework`]: the use cases; [`Operator`], [`may`]: the rights
//! - [`DeskTerms`]: the terms of a desk that the clauses' actions are checked against
//! - [`Action`]: the actions with their fields; [`Fields`], [`FieldError`]: a form that is read; [`limits`]
//! - [`CaseView`], [`ShownEvent`], [`Missing`]: a case as it is shown
//! - [`FileView`], [`Download`], [`safe_file_name`]: the evidence files of a case; [`ScanMark`]: their scans
//! - [`SearchTerms`], [`Search`]: the search; [`AuditLine`], [`ExportLine`]: the events of the store
//! - [`MadePackage`], [`Grant`], [`ReferralView`], [`LinkedPackage`]: hand-overs to organizations; [`NewOrganization`]: their register
//! - [`Undelivered`]: notices that need attention
//! - [`PhoneApplication`]: an application that an operator takes by telephone

#![forbid(unsafe_code)]

mod act;
mod action;
mod approvals;
mod audit;
mod casework;
mod clauses;
mod close_many;
mod conflict;
mod delivery;
mod desk_terms;
mod error;
mod exports;
mod fields;
mod file_name;
mod files;
mod handover;
pub mod limits;
mod missing;
mod operator;
mod organizations;
mod phone;
mod questions;
mod queue;
mod scan;
mod search;
mod timeline;
mod view;
mod waiting;

pub use act::{Acted, Erased};
pub use action::{
    AcknowledgedHow, Action, ApprovalDraft, Channel, ClauseAction, Confidence, FIELD_PREFIX as APPROVAL_FIELD_PREFIX,
    LimitationKind, Outcome, QuestionDraft, ReportPurpose, SpokenDocument, Urgency, WorkMode, WorkState, WorkedBy,
    question_kind,
};
pub use audit::AuditLine;
pub use casework::{Casework, Parts};
pub use close_many::{CloseRefusal, ClosedOne};
pub use conflict::{Conflict, ShownAction};
pub use delivery::Undelivered;
pub use desk_terms::DeskTerms;
pub use error::{ActError, WorkError};
pub use exports::ExportLine;
pub use fields::{FieldCode, FieldError, Fields};
pub use file_name::safe_file_name;
pub use files::{Download, DownloadForm, FileView, FoundFile, numbered_name};
pub use handover::Grant;
pub use handover::collect::LinkedPackage;
pub use handover::error::{HandoverError, MissingStep};
pub use handover::link::CollectLink;
pub use handover::packing::MadePackage;
pub use handover::state::ReferralView;
pub use kakekomi_accounts::Role;
pub use kakekomi_core::questions::{Choice, Question, QuestionKind, Title};
pub use kakekomi_service::return_visit::ReturnCode;
pub use kakekomi_store::FileId;
pub use missing::{Missing, SectionProgress};
pub use operator::{Operator, Right, may};
pub use organizations::NewOrganization;
pub use phone::{PhoneAgreement, PhoneApplication, ShownHow};
pub use scan::{ScanMark, ScanRoundError, mark};
pub use search::{Search, SearchError, SearchTerms};
pub use timeline::{ShownEvent, shown};
pub use view::{CaseView, Contents, OpenedContents};
pub use waiting::open_ms_since;
