//! The operators' desk: pages, sessions, the live queue.
//!
//! `GET /` → the queue · `POST /cases/2609-4873-1059/actions/note.added` → 303 back to the case
//!
//! Every page works without script. The listener is its own (`--desk-listen`); no page may be framed.

#![forbid(unsafe_code)]
