//! Purposes for which an answer may be used (clauses 1④⑤⑦⑧), and the set of them in a row of the field table.
//!
//! `required("貴社名", CASE | SALES)` → a row that `Purpose::Sales` may use and `Purpose::Statistics` may not

/// The purpose of a use of answers. Any other one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The desk's own work on the case (clause 1①).
    Service,
    /// The hand-over to the forensics company (clauses 1②⑦).
    Referral,
    /// Work that a subcontractor does for the desk (clause 1⑤): the fields that the grant names.
    Subcontract,
    /// Introduction of the operator's services and products, and consulting (clause 1④).
    Sales,
    /// Statistics that identify nobody (clause 1④).
    Statistics,
    /// A purpose that the applicant approved in writing (clause 1⑧): the fields that the document names.
    Approved,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Purpose; 6] = [
        Purpose::Service,
        Purpose::Referral,
        Purpose::Subcontract,
        Purpose::Sales,
        Purpose::Statistics,
        Purpose::Approved,
    ];

    /// Returns the stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Purpose::Service => "service",
            Purpose::Referral => "referral",
            Purpose::Subcontract => "subcontract",
            Purpose::Sales => "sales",
            Purpose::Statistics => "statistics",
            Purpose::Approved => "approved",
        }
    }

    /// Reports whether a document names the fields: the row alone allows none.
    pub const fn needs_named_fields(self) -> bool {
        matches!(self, Purpose::Subcontract | Purpose::Approved)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of purposes, with one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purposes(u8);

impl Purposes {
    /// The work on the case by the desk, and by others to whom the applicant agreed. Each row has it.
    pub const CASE: Purposes = Purposes(
        Purpose::Service.bit() | Purpose::Referral.bit() | Purpose::Subcontract.bit() | Purpose::Approved.bit(),
    );
    /// [`Purpose::Sales`].
    pub const SALES: Purposes = Purposes(Purpose::Sales.bit());
    /// [`Purpose::Statistics`]: for coded answers alone.
    pub const STATISTICS: Purposes = Purposes(Purpose::Statistics.bit());

    /// Joins two sets.
    #[must_use]
    pub const fn or(self, other: Purposes) -> Purposes {
        Purposes(self.0 | other.0)
    }

    /// Reports whether the set has a purpose.
    pub const fn allows(self, purpose: Purpose) -> bool {
        self.0 & purpose.bit() != 0
    }
}
