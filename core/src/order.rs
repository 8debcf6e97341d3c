//! The form's order of issues: that of the field table, lists by index, unknown keys last.
//!
//! `/contact/fax`, `/devices/1/os`, `/contact/phone` → `/contact/phone`, `/contact/fax`, `/devices/1/os`.

use crate::issue::Issue;
use crate::merge_sort::merge_sort;
use crate::path::SortKey;

/// Sorts by the form's order, keeps the order in which issues of one position were found, and leaves one issue of a code at
/// each path.
pub fn sort(issues: Vec<Issue>) -> Vec<Issue> {
    let mut issues = in_order(issues);
    let is_repeated = |(index, issue): (usize, &Issue)| {
        let before = issues.get(..index).unwrap_or_default().iter().rev();
        before
            .take_while(|other| other.sort_key == issue.sort_key && other.path == issue.path)
            .any(|other| other.code == issue.code)
    };
    let repeated: Vec<bool> = issues.iter().enumerate().map(is_repeated).collect();
    let mut repeated = repeated.into_iter();
    issues.retain(|_| repeated.next() != Some(true));
    issues
}

fn in_order(issues: Vec<Issue>) -> Vec<Issue> {
    if issues.is_sorted_by_key(|issue| issue.sort_key.first()) {
        return issues;
    }
    let order = merge_sort(issues.iter().zip(0..).map(|(issue, index)| (issue.sort_key.first(), index)).collect());
    let mut issues: Vec<Option<Issue>> = issues.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, index): (u64, usize)| issues.get_mut(index).and_then(Option::take)).collect()
}

/// The sorted issues at a position or below it.
pub fn issues_below(issues: &[Issue], sort_key: SortKey) -> &[Issue] {
    let from = issues.partition_point(|issue| issue.sort_key.first() < sort_key.first());
    let behind = issues.get(from..).unwrap_or_default();
    behind.get(..behind.partition_point(|issue| issue.sort_key.first() <= sort_key.last())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;
    use crate::issue::Params;
    use crate::path::PathCursor;

    const ROOT: PathCursor<'static> = PathCursor::ROOT;

    fn issue(at: &PathCursor<'_>, code: Code) -> Issue {
        Issue::new(at, code, Params::none())
    }

    fn sorted(positions: &[&PathCursor<'_>]) -> Vec<String> {
        let issues = positions.iter().map(|at| issue(at, Code::TypeText)).collect();
        sort(issues).into_iter().map(|issue| issue.path).collect()
    }

    #[test]
    fn rows_sort_by_rank_lists_by_number_and_unknown_keys_last() {
        let (contact, devices) = (ROOT.member("contact", Some(0)), ROOT.member("devices", Some(2)));
        let (phone, fax) = (contact.member("phone", Some(3)), contact.member("fax", None));
        let (second, tenth) = (devices.item(2), devices.item(10));
        let (second_os, tenth_os) = (second.member("os", Some(2)), tenth.member("os", Some(2)));
        let (consent, unknown) = (ROOT.member("consent", Some(8)), ROOT.member("aaa", None));
        assert_eq!(
            sorted(&[&unknown, &tenth_os, &second_os, &fax, &phone, &ROOT, &consent, &second]),
            ["", "/contact/phone", "/contact/fax", "/devices/2", "/devices/2/os", "/devices/10/os", "/consent", "/aaa"]
        );
    }

    #[test]
    fn one_issue_of_a_code_at_each_path() {
        let a = ROOT.member("a", None);
        let issues = [Code::TypeNull, Code::KeyUnknown, Code::TypeNull].map(|code| issue(&a, code));
        assert_eq!(sort(issues.into()).len(), 2);
    }

    #[test]
    fn issues_below_a_position_are_found() {
        let (contact, incident) = (ROOT.member("contact", Some(0)), ROOT.member("incident", Some(1)));
        let phone = contact.member("phone", Some(3));
        let issues = sort(vec![
            issue(&incident, Code::TypeNull),
            issue(&phone, Code::PhoneInvalid),
            issue(&contact, Code::KeyUnknown),
        ]);
        let below = |at: &PathCursor<'_>| issues_below(&issues, at.sort_key).len();
        assert_eq!([below(&contact), below(&phone), below(&ROOT)], [2, 1, 3]);
        assert_eq!(below(&ROOT.member("consent", Some(8))), 0);
    }
}
