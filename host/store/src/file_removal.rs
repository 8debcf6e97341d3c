//! Removal of evidence files: their rows go, and their objects are left to be deleted from the storage.
//!
//! `erase_files(session, 7)` → the files of case 7 are `destroyed`, and `discarded_objects` names their parts

use sqlx::QueryBuilder;

use crate::error::StoreError;
use crate::query::Bind;
use crate::session::Session;

/// Removes all files of a case but their kinds, sizes and times.
pub(crate) async fn erase_files<S: Session>(session: &mut S, case_seq: i64) -> Result<(), StoreError> {
    discard_parts(session, "file_seq IN (SELECT seq FROM files WHERE case_seq = ", case_seq).await?;
    let mut update = QueryBuilder::new(
        "UPDATE files SET state = 'destroyed', declared_sha256 = NULL, sha256 = NULL WHERE case_seq = ",
    );
    S::Database::bind(&mut update, case_seq);
    session.execute(update).await.map(drop)
}

/// Removes the parts that a condition names, and leaves their objects to be deleted.
pub(crate) async fn discard_parts<S: Session>(session: &mut S, condition: &str, seq: i64) -> Result<(), StoreError> {
    let end = if condition.contains('(') { ")" } else { "" };
    for statement in ["INSERT INTO discarded_objects (object) SELECT object", "DELETE"] {
        let mut query = QueryBuilder::new(statement);
        S::Database::bind(query.push(" FROM file_parts WHERE ").push(condition), seq);
        query.push(end);
        session.execute(query).await?;
    }
    Ok(())
}
