//! Strangers who each send all of a body but its last byte, and wait: what that costs the portal in memory.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, sleep},
};

use crate::site::{Running, Site};

/// How many connections with every run of the tests, which may open a thousand files; `tools/torture` asks for more.
const CONNECTIONS: usize = 200;

/// The largest body of a stranger.
const BODY: usize = 8 << 10;

/// What they may cost, in KiB.
const MAX_COST: u64 = 64 << 10;

const DEADLINE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_connections_cost_little() {
    let connections =
        std::env::var("RESTANTE_HOSTILE_CONNECTIONS").map_or(CONNECTIONS, |number| number.parse().unwrap());
    let site = Site::found(None).await;
    let portal = site.serve().await;
    let address = site.url.strip_prefix("http://").unwrap();
    // Idle is a portal that has answered: what it makes once is made.
    for _ in 0..64 {
        begin(address, "Content-Length: 0").await;
    }
    site.administrator().await;
    let idle = resident(&portal);
    // Some say how much is to come, some do not, and some say more than is taken.
    for (name, head) in [
        ("declared", format!("Content-Length: {BODY}")),
        ("chunked", "Transfer-Encoding: chunked".to_owned()),
        ("4 MiB declared", format!("Content-Length: {}", (4 << 20) - 1)),
    ] {
        let mut held = Vec::new();
        let mut most = idle;
        for _ in 0..connections {
            held.push(begin(address, &head).await);
            most = most.max(resident(&portal));
        }
        let arrived = Instant::now();
        while arrived.elapsed() < Duration::from_secs(2) {
            most = most.max(resident(&portal));
            sleep(Duration::from_millis(50)).await;
        }
        println!("hostile: {connections} of {name}: {} KiB over idle", most - idle);
        assert!(most - idle <= MAX_COST, "{name}: {} KiB", most - idle);
        drop(held);
        // It gives that back.
        let deadline = Instant::now() + DEADLINE;
        while resident(&portal) > idle + MAX_COST / 4 {
            assert!(Instant::now() < deadline, "{} KiB are kept", resident(&portal) - idle);
            sleep(Duration::from_millis(100)).await;
        }
    }
    let mut asks = TcpStream::connect(address).await.unwrap();
    asks.write_all(b"GET /readyz HTTP/1.1\r\nHost: portal\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    asks.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
}

/// A request that lacks the last byte of its body.
async fn begin(address: &str, head: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let chunk = match head.starts_with("Transfer") {
        true => format!("{:x}\r\n", BODY),
        false => String::new(),
    };
    let head = format!(
        "POST /api/v1/sign-ins HTTP/1.1\r\nHost: portal\r\nContent-Type: application/json\r\n{head}\r\n\r\n{chunk}"
    );
    // The portal may have refused it by now and hung up.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(&vec![b' '; BODY - 1]).await;
    stream
}

/// The memory that the portal's process has, in KiB.
fn resident(portal: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", portal.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
