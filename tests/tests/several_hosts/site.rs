//! The site of docs/operate.md, section Several hosts.
//!
//! `Site::start()` → two hosts behind haproxy, a primary with a synchronous standby, and a bucket

use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kakekomi_tests::applicant::{example, submission};
use kakekomi_tests::certificates::certificate;
use kakekomi_tests::haproxy::Haproxy;
use kakekomi_tests::postgres::Cluster;
use kakekomi_tests::s3::{Kind, S3Server};
use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};

/// Time in which haproxy notices that a host is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// A host that is restarted at its addresses.
#[derive(Debug)]
struct Host {
    at: SocketAddr,
    admin: SocketAddr,
    arguments: Vec<String>,
    server: Option<Server>,
}

impl Host {
    fn start(database_url: &str, storage: &S3Server) -> Host {
        let (at, admin, home) = (free_address(), free_address(), Home::at(database_url));
        let credentials = home.path().join("credentials");
        storage.credentials(&credentials);
        let settings = [
            ("--admin-listen", admin.to_string()),
            ("--trusted-proxies", "127.0.0.1".to_owned()),
            ("--drain", "3".to_owned()),
            ("--evidence-url", storage.url("evidence")),
            ("--evidence-credentials", credentials.display().to_string()),
        ];
        let arguments = settings.into_iter().flat_map(|(name, value)| [name.to_owned(), value]).collect();
        let mut host = Host { at, admin, arguments, server: None };
        host.serve(home);
        host
    }

    fn serve(&mut self, home: Home) {
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        self.server = Some(Server::start_at(self.at, home, &arguments, &[]));
    }

    /// Ends the process in good order, and starts it again.
    fn restart(&mut self) {
        let stopped = self.server.take().unwrap().stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.log);
        self.serve(stopped.home);
    }

    /// Reports whether haproxy sends submissions and other requests to this process: it has answered some.
    fn is_asked(&self) -> bool {
        let metrics = Request::get("/metrics").send(self.admin).text();
        ["/v1/submissions", "/v1/check"].iter().all(|route| metrics.contains(&format!("route=\"{route}\"")))
    }
}

/// A whole site; dropped in the order of its fields.
#[derive(Debug)]
pub struct Site {
    /// The proxy, whose address applicants use.
    pub haproxy: Haproxy,
    hosts: [Host; 2],
    /// The server that is the primary at first.
    pub primary: Cluster,
    /// Its standby.
    pub standby: Cluster,
    storage: S3Server,
    #[expect(dead_code, reason = "it holds the authority's file")]
    certificates: Home,
    /// A draft that is accepted.
    pub draft: Vec<u8>,
}

impl Site {
    /// Starts everything.
    pub fn start() -> Site {
        let certificates = Home::new();
        let authority = certificates.path().join("database");
        certificate(&authority, "localhost");
        let primary = Cluster::start();
        primary.speak_tls(&authority);
        let standby = Cluster::standby_of(&primary);
        primary.set("synchronous_standby_names", "*");
        let port = |cluster: &Cluster| cluster.url.rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
        let both = format!("localhost:{},localhost:{}", port(&primary), port(&standby));
        let one = format!("localhost:{}", port(&primary));
        let url = primary.verified_url("localhost", &authority).replace(&one, &both);

        let storage = S3Server::start(Kind::Pys3local);
        let hosts = [Host::start(&url, &storage), Host::start(&url, &storage)];
        let haproxy = Haproxy::before(&hosts.each_ref().map(|host| (host.at, host.admin)));
        let draft = example(&hosts[0].server.as_ref().unwrap().home, &[]);
        let site = Site { haproxy, hosts, primary, standby, storage, certificates, draft };
        site.haproxy.wait_until("it stores", |_| site.submit("first").status == 201);
        site
    }

    /// Restarts each host, as an upgrade does; the next one only when haproxy asks the one before again.
    pub fn restart_each(&mut self) {
        for host in &mut self.hosts {
            host.restart();
            let started = Instant::now();
            while !host.is_asked() {
                assert!(started.elapsed() < PATIENCE, "haproxy does not ask the host that was restarted");
                sleep(Duration::from_millis(100));
            }
        }
    }

    /// Returns a host.
    pub fn host(&self, place: usize) -> &Server {
        self.hosts[place].server.as_ref().unwrap()
    }

    /// Submits the draft through haproxy.
    pub fn submit(&self, key: &str) -> Answer {
        submission(key, &self.draft).send(self.haproxy.at)
    }

    /// Asserts that the evidence files of a case are sound.
    pub fn assert_sound(&self, number: &str) {
        let home = &self.host(0).home;
        let (url, credentials) = (self.storage.url("evidence"), home.path().join("credentials"));
        let storage = ["--evidence-url", &url, "--evidence-credentials", credentials.to_str().unwrap()];
        let verified = home.run(&[&["evidence", "verify", number], &storage[..]].concat());
        let printed = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success() && printed.contains("sound"), "{printed}{:?}", verified.stderr);
    }
}
