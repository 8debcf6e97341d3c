//! The actor of events that a command writes.
//!
//! `actor()` → `cli:sato`, or `cli:1000` where the user has no name

use std::fs;

/// The file of the users' names.
const PASSWD: &str = "/etc/passwd";
/// The process's own state, which has the real user id.
const STATUS: &str = "/proc/self/status";

/// Names the real user of this process.
pub fn actor() -> String {
    let status = fs::read_to_string(STATUS).unwrap_or_default();
    let passwd = fs::read(PASSWD).unwrap_or_default();
    let user = real_user_id(&status).unwrap_or("unknown");
    format!("cli:{}", name_of(user, &String::from_utf8_lossy(&passwd)).unwrap_or(user))
}

/// Finds the real user id, the first of four.
fn real_user_id(status: &str) -> Option<&str> {
    status.lines().find_map(|line| line.strip_prefix("Uid:"))?.split_whitespace().next()
}

fn name_of<'a>(id: &str, passwd: &'a str) -> Option<&'a str> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1) == Some(id)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_user_is_named_and_one_without_a_name_by_number() {
        assert_eq!(real_user_id("Name:\tx\nUid:\t1000\t0\t0\t0\n"), Some("1000"));
        let passwd = "root:x:0:0:root:/root:/bin/sh\nsato:x:1000:1000::/home/sato:/bin/sh\n:x:7:7::/:\n";
        assert_eq!(name_of("1000", passwd), Some("sato"));
        assert_eq!(name_of("0", passwd), Some("root"));
        for nobody in ["1", "7", ""] {
            assert_eq!(name_of(nobody, passwd), None, "{nobody}");
        }
        assert!(actor().strip_prefix("cli:").is_some_and(|user| !user.is_empty() && user != "unknown"));
    }
}
