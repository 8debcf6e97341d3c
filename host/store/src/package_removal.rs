//! Removal of packages: their links end, and their objects are left to be deleted from the storage.
//!
//! `destroy_of_case(session, 7, at, true)` → the packages of case 7 are destroyed, and `discarded_objects` names their parts

use std::io;

use sqlx::QueryBuilder;

use crate::error::StoreError;
use crate::query::Bind;
use crate::session::Session;

/// Changes of one moment, each with its condition on the package.
const DESTROY: (&str, &str) = ("UPDATE packages SET destroyed_at = ", " WHERE seq = ");
const END_HANDOVER: (&str, &str) =
    ("UPDATE handovers SET destroyed_at = ", " WHERE collected_at IS NULL AND package_seq = ");

/// Destroys the packages of a case that a withdrawal or an erasure ends: the hand-overs, and with the application the grants too.
pub(crate) async fn destroy_of_case<S: Session>(
    session: &mut S,
    case_seq: i64,
    at: i64,
    ends_grants: bool,
) -> Result<(), StoreError> {
    let condition = if ends_grants { "case_seq = " } else { "purpose = 'referral' AND case_seq = " };
    destroy(session, condition, case_seq, at).await
}

/// Destroys the packages that a condition names: their objects are left to be deleted, and their links end.
pub(crate) async fn destroy<S: Session>(session: &mut S, condition: &str, seq: i64, at: i64) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new("SELECT seq FROM packages WHERE destroyed_at IS NULL AND ");
    S::Database::bind(query.push(condition), seq);
    let packages: Vec<(i64,)> = session.fetch(query).await?;
    for (package,) in packages {
        for statement in ["INSERT INTO discarded_objects (object) SELECT object", "DELETE"] {
            let mut query = QueryBuilder::new(statement);
            S::Database::bind(query.push(" FROM package_parts WHERE package_seq = "), package);
            session.execute(query).await?;
        }
        end_links(session, package).await?;
        mark(session, DESTROY, at, package).await?;
        mark(session, END_HANDOVER, at, package).await?;
    }
    Ok(())
}

/// Ends the links of a package.
pub(crate) async fn end_links<S: Session>(session: &mut S, package_seq: i64) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new("DELETE FROM collect_links WHERE package_seq = ");
    S::Database::bind(&mut query, package_seq);
    session.execute(query).await.map(drop)
}

/// Ends the links of an organization: a random hash, of which nobody has the token, replaces that of the token. The moment stays,
/// which is the end of a grant, so that its link can be renewed until then.
pub(crate) async fn end_links_of<S: Session>(session: &mut S, organization: String) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT token_hash FROM collect_links JOIN packages ON seq = package_seq WHERE organization = ",
    );
    S::Database::bind(&mut query, organization);
    let links: Vec<(Vec<u8>,)> = session.fetch(query).await?;
    for (token_hash,) in links {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|error| sqlx::Error::Io(io::Error::other(error)))?;
        let mut query = QueryBuilder::new("UPDATE collect_links SET token_hash = ");
        S::Database::bind(&mut query, random.to_vec());
        S::Database::bind(query.push(" WHERE token_hash = "), token_hash);
        session.execute(query).await?;
    }
    Ok(())
}

/// Sets a moment of a package or its hand-over.
pub(crate) async fn mark<S: Session>(
    session: &mut S,
    (update, condition): (&str, &str),
    at: i64,
    package_seq: i64,
) -> Result<(), StoreError> {
    let mut query = QueryBuilder::new(update);
    S::Database::bind(&mut query, at);
    S::Database::bind(query.push(condition), package_seq);
    session.execute(query).await.map(drop)
}
