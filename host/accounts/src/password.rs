//! Passwords: argon2id with 19 MiB of memory and two passes, on a bounded number of threads.
//!
//! `pool.hash("correct horse battery")` → `$argon2id$v=19$m=19456,t=2,p=1$…`; with 32 waiting, [`Busy`] at once
//!
//! One hash costs some 20 ms of a processor, so that sign-ins alone could occupy a host: they get threads for a quarter of its
//! cores, at the lowest priority, which pause after a burst, so that they take one part in 32 of it.

use std::net::IpAddr;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, available_parallelism};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use nix::time::{ClockId, clock_gettime};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use unicode_normalization::UnicodeNormalization as _;

use crate::AccountError;
use crate::address_places::{AddressPlace, AddressPlaces};
use crate::guessable::{contains_name, is_guessable};

/// The fewest characters of a password.
pub const MIN_PASSWORD: usize = 12;
/// The most characters of a password.
pub const MAX_PASSWORD: usize = 128;
/// Sign-ins and set-ups that may wait for a thread.
pub const PASSWORD_QUEUE: usize = 32;
/// Memory of a hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Bytes of a salt.
const SALT_BYTES: usize = 16;
/// Hashes may use one part in so many of the host's cores.
const SHARE: u32 = 32;
/// The time whose share is kept for a burst: on two cores some seven people sign in without a pause.
const BURST: Duration = Duration::from_secs(2);
/// The nice value of a thread that hashes.
#[cfg(target_os = "linux")]
const LOWEST_PRIORITY: i32 = 19;
/// The hash of no password, with the same costs; compared where there is no account or no password.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The reason why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// It has fewer than [`MIN_PASSWORD`] characters.
    TooShort,
    /// It has more than [`MAX_PASSWORD`] characters.
    TooLong,
    /// It contains a name of the account or of the desk.
    Name,
    /// It is among those that are tried first.
    Guessable,
}

/// Too many wait for a thread already, of all or of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Busy;

/// A place among those that run or wait, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _all: OwnedSemaphorePermit,
    _address: Option<AddressPlace>,
}

/// The threads that hash passwords.
#[derive(Debug)]
pub(crate) struct PasswordPool {
    /// The cores of the host.
    cores: usize,
    /// A permit for each that runs or waits.
    places: Arc<Semaphore>,
    /// A permit for each that runs.
    threads: Arc<Semaphore>,
    /// Those that each address has.
    addresses: AddressPlaces,
    /// The end of the time whose share is used up.
    used_until: Arc<Mutex<Option<Instant>>>,
    /// The memory of hashes that have ended, for the next ones: the system need not find and clear 19 MiB for each.
    memory: Arc<Mutex<Vec<Memory>>>,
}

/// The memory of a hash with the costs of this version.
type Memory = Vec<Block>;

impl PasswordPool {
    pub fn new() -> PasswordPool {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let threads = (cores / 4).max(1);
        PasswordPool {
            cores,
            places: Arc::new(Semaphore::new(threads + PASSWORD_QUEUE)),
            threads: Arc::new(Semaphore::new(threads)),
            addresses: AddressPlaces::default(),
            used_until: Arc::default(),
            memory: Arc::default(),
        }
    }

    /// Hashes a password that [`fault`] has accepted.
    pub async fn hash(&self, password: &str) -> Result<Result<String, AccountError>, Busy> {
        let (place, password) = (self.take_place(None)?, normalized(password));
        self.run(place, move |memory| hash(&password, memory)).await
    }

    /// Takes a place of an address for [`verify`](PasswordPool::verify).
    pub fn place(&self, address: IpAddr) -> Result<Place, Busy> {
        self.take_place(Some(self.addresses.take(address).ok_or(Busy)?))
    }

    fn take_place(&self, address: Option<AddressPlace>) -> Result<Place, Busy> {
        let all = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Busy)?;
        Ok(Place { _all: all, _address: address })
    }

    /// Compares a password with a hash; without one, at the same cost, with that of no password.
    pub async fn verify(&self, place: Place, password: &str, hash: Option<&str>) -> Result<bool, Busy> {
        let (password, hash) = (normalized(password), hash.unwrap_or(NOBODY).to_owned());
        self.run(place, move |memory| verify(&password, &hash, memory)).await
    }

    /// Runs work on a thread of its own, since a thread can lower its priority but not raise it again. Work whose caller has gone
    /// keeps its place until it ends.
    async fn run<T: Send + 'static>(
        &self,
        place: Place,
        work: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let thread = Arc::clone(&self.threads).acquire_owned().await.map_err(|_| Busy)?;
        let (cores, runtime) = (self.cores, Handle::current());
        let (used_until, memories) = (Arc::clone(&self.used_until), Arc::clone(&self.memory));
        let (answer, answered) = oneshot::channel();
        let run = move || {
            lower_priority();
            let mut memory = lock(&memories).pop().unwrap_or_default();
            let done = work(&mut memory);
            lock(&memories).push(memory);
            let pause = pause_after(thread_time(), Instant::now(), cores, &mut lock(&used_until));
            drop(place);
            // The caller is answered before the pause; one that has gone needs no answer.
            let _ = answer.send(done);
            runtime.spawn(async move {
                tokio::time::sleep(pause).await;
                drop(thread);
            });
        };
        Builder::new().name("password".to_owned()).spawn(run).map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    }
}

/// Lets every other thread of the host run first. Where the system refuses it, the hash takes its turn like any other work.
fn lower_priority() {
    // Linux applies the value to the calling thread alone, although POSIX speaks of its process.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, LOWEST_PRIORITY) {
        tracing::debug!(%error, "priority of a password thread not lowered");
    }
}

/// Reads the processor time of the current thread. A hash at the lowest priority takes far longer on a busy host, and that
/// must not lengthen its pause.
fn thread_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// Counts the processor time of a hash, and computes the pause after which all of them have used no more than their share of
/// the cores.
fn pause_after(used: Duration, ended: Instant, cores: usize, used_until: &mut Option<Instant>) -> Duration {
    let cores = u32::try_from(cores).unwrap_or(u32::MAX).max(1);
    let used = used.saturating_mul(SHARE) / cores;
    let earliest = ended.checked_sub(BURST).unwrap_or(ended);
    let until = used_until.map_or(earliest, |until| until.max(earliest)) + used;
    *used_until = Some(until);
    until.saturating_duration_since(ended)
}

/// Finds the reason why a password cannot be taken, beside the names that it must not contain. There are no rules of
/// composition.
pub(crate) fn fault(password: &str, names: &[&str]) -> Option<PasswordFault> {
    let password = normalized(password);
    match password.chars().count() {
        ..MIN_PASSWORD => return Some(PasswordFault::TooShort),
        MIN_PASSWORD..=MAX_PASSWORD => {}
        _ => return Some(PasswordFault::TooLong),
    }
    let folded = password.to_lowercase();
    if contains_name(&folded, names) {
        return Some(PasswordFault::Name);
    }
    is_guessable(&folded).then_some(PasswordFault::Guessable)
}

/// Composes characters, since systems type the same letter in two ways. A text that is too long matches no password.
fn normalized(password: &str) -> String {
    if password.chars().nth(MAX_PASSWORD * 4).is_some() { String::new() } else { password.nfc().collect() }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hash(password: &str, memory: &mut Memory) -> Result<String, AccountError> {
    let mut salt = [0; SALT_BYTES];
    getrandom::fill(&mut salt)?;
    let mut hashed = || {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(Params::DEFAULT_OUTPUT_LEN))?;
        let output = output(password, &salt, &params, memory)?;
        Ok::<_, argon2::password_hash::Error>(PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params)?,
            salt: Some(Salt::new(&salt)?),
            hash: Some(output),
        })
    };
    Ok(hashed().map_err(|error| AccountError::Password(error.to_string()))?.to_string())
}

/// Compares a password with a hash of any costs.
fn verify(password: &str, hash: &str, memory: &mut Memory) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else { return false };
    let is_ours = hash.algorithm == Algorithm::Argon2id.ident() && hash.version == Some(Version::V0x13.into());
    let (Some(salt), Some(expected), Ok(params), true) = (&hash.salt, &hash.hash, Params::try_from(&hash), is_ours)
    else {
        return false;
    };
    // The comparison of outputs takes the same time wherever they differ.
    output(password, salt.as_ref(), &params, memory).is_ok_and(|output| output == *expected)
}

/// Computes the output of a hash in memory that is made as large as its costs need.
fn output(
    password: &str,
    salt: &[u8],
    params: &Params,
    memory: &mut Memory,
) -> Result<Output, argon2::password_hash::Error> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    let output = output.get_mut(..params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)).unwrap_or_default();
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut *memory)?;
    Ok(Output::new(output)?)
}

#[cfg(test)]
impl PasswordPool {
    /// Takes all places and threads until the result is dropped.
    pub fn occupied(&self) -> tokio::sync::OwnedSemaphorePermit {
        let all = u32::try_from(self.places.available_permits()).unwrap();
        Arc::clone(&self.places).try_acquire_many_owned(all).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn a_password_is_verified_whatever_form_its_letters_were_typed_in() {
        let pool = PasswordPool::new();
        let hash = pool.hash("caf\u{e9} horse battery").await.unwrap().unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, pool.hash("caf\u{e9} horse battery").await.unwrap().unwrap());
        let verify = async |password: &str, hash| pool.verify(pool.place(HERE).unwrap(), password, hash).await;
        assert_eq!(verify("cafe\u{301} horse battery", Some(&hash)).await, Ok(true));
        for wrong in ["", "cafe horse battery", "caf\u{e9} horse battery ", &"a".repeat(100_000)] {
            assert_eq!(verify(wrong, Some(&hash)).await, Ok(false));
            assert_eq!(verify(wrong, None).await, Ok(false));
        }
        assert_eq!(verify("", Some("no hash")).await, Ok(false));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_hash_runs_at_the_lowest_priority_and_its_caller_keeps_its_own() {
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let before = priority();
        let pool = PasswordPool::new();
        assert_eq!(pool.run(pool.place(HERE).unwrap(), move |_| priority()).await, Ok(LOWEST_PRIORITY));
        assert_eq!(priority(), before);
    }

    #[test]
    fn hashes_after_a_burst_use_their_share_of_the_cores() {
        let (start, hash, mut used_until) = (Instant::now(), Duration::from_millis(10), None);
        let mut now = start;
        let mut pause_on = |cores| {
            now += hash;
            let pause = pause_after(hash, now, cores, &mut used_until);
            now += pause;
            (pause, now)
        };
        // On two cores 10 ms are the share of 160 ms.
        let burst = (0..100).take_while(|_| pause_on(2).0.is_zero()).count();
        assert_eq!(burst, 13);
        let last = (0..1_000).map(|_| pause_on(2)).last().unwrap();
        assert_eq!(last.0, Duration::from_millis(150));
        let seconds = (last.1 - start).as_secs();
        assert!((160..=164).contains(&seconds), "{seconds}");
    }

    #[test]
    fn a_thread_that_waits_uses_no_share() {
        let before = thread_time();
        std::thread::sleep(Duration::from_millis(50));
        assert!(thread_time() < before + Duration::from_millis(25));
    }

    #[test]
    fn idle_time_is_kept_for_a_burst_alone_and_many_cores_have_no_pause() {
        let (now, hash) = (Instant::now(), Duration::from_millis(10));
        let mut used_until = Some(now);
        let later = now + Duration::from_hours(1);
        pause_after(hash, later + hash, 2, &mut used_until);
        assert_eq!(used_until.map(|until| until + BURST), Some(later + hash * 17));
        for n in 1..1_000 {
            assert_eq!(pause_after(hash, now + hash * n, 32, &mut None), Duration::ZERO);
        }
    }

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_that_of_a_password() {
        let (nobody, real) =
            (PasswordHash::new(NOBODY).unwrap(), hash("correct horse battery", &mut Memory::new()).unwrap());
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!((nobody.algorithm, nobody.version, nobody.params), (real.algorithm, real.version, real.params));
        assert_eq!(nobody.salt.unwrap().len(), real.salt.unwrap().len());
        assert_eq!(nobody.hash.unwrap().len(), real.hash.unwrap().len());
    }

    #[test]
    fn short_long_and_guessable_passwords_are_not_taken() {
        for (password, expected) in [
            ("elevenchars", Some(PasswordFault::TooShort)),
            ("twelve chars", None),
            ("十二文字のパスワードです", None),
            (&"ab cd ef ".repeat(15), Some(PasswordFault::TooLong)),
            ("satoSato-sato", Some(PasswordFault::Name)),
            ("sato eats twelve plums", Some(PasswordFault::Name)),
            ("みなと窓口の長いパスワード", Some(PasswordFault::Name)),
            ("Password12345!", Some(PasswordFault::Guessable)),
            ("password of my harbour", None),
            ("correct horse battery", None),
        ] {
            assert_eq!(fault(password, &["sato", "佐藤", "みなと窓口"]), expected, "{password}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_quarter_of_the_cores_hash_and_the_rest_waits_up_to_a_limit() {
        static RUNNING: AtomicUsize = AtomicUsize::new(0);
        let pool = Arc::new(PasswordPool::new());
        let threads = pool.threads.available_permits();
        assert_eq!(threads, (available_parallelism().unwrap().get() / 4).max(1));
        let work = || {
            assert!(RUNNING.fetch_add(1, Ordering::SeqCst) < available_parallelism().unwrap().get().max(4) / 4);
            std::thread::sleep(std::time::Duration::from_millis(5));
            RUNNING.fetch_sub(1, Ordering::SeqCst);
        };
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.run(pool.take_place(None)?, move |_| work()).await })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += usize::from(task.await.unwrap().is_ok());
        }
        assert!((threads + PASSWORD_QUEUE..100).contains(&done), "{done}");
        assert_eq!(pool.places.available_permits(), threads + PASSWORD_QUEUE);
    }
}
