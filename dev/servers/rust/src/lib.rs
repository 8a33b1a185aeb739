//! What the servers here share: their settings, a thread for each connection, and the little HTTP that they speak.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::{env, thread};

pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// As the environment tells them.
pub struct Settings {
    pub port: u16,
    pub certificate: String,
    pub key: String,
    /// None: clients need no certificate.
    pub client_ca: Option<String>,
    pub tls13: bool,
    pub tickets: bool,
    /// The library's own choice without.
    pub lifetime_s: Option<u32>,
    pub group: Option<String>,
    /// So many bytes of early data it takes; 0 for none.
    pub early_data_max: u32,
}

impl Settings {
    pub fn from_environment() -> Settings {
        let text = |name: &str| env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
        let unless_empty = |name: &str| Some(text(name)).filter(|value| !value.is_empty());
        Settings {
            port: text("PORT").parse().expect("PORT is a number"),
            certificate: text("CERTIFICATE"),
            key: text("KEY"),
            client_ca: unless_empty("CLIENT_CA"),
            tls13: text("TLS13") == "true",
            tickets: text("TICKETS") == "true",
            lifetime_s: unless_empty("LIFETIME_S")
                .map(|value| value.parse().expect("LIFETIME_S is a number")),
            group: unless_empty("GROUP"),
            early_data_max: text("EARLY_DATA_MAX")
                .parse()
                .expect("EARLY_DATA_MAX is a number"),
        }
    }
}

/// Listens on loopback and serves each connection in a thread of its own.
pub fn serve(
    port: u16,
    serve_one: impl Fn(TcpStream) -> Result<(), Error> + Send + Sync + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("listening");
    let serve_one = Arc::new(serve_one);
    for socket in listener.incoming() {
        let (socket, serve_one) = (socket?, Arc::clone(&serve_one));
        thread::spawn(move || {
            if let Err(error) = serve_one(socket) {
                println!("{error}");
            }
        });
    }
    Ok(())
}

/// Reads a request to its empty line, says where it came and how much of it as early data, and answers it. `early`: what
/// has come as that.
pub fn answer(stream: &mut (impl Read + Write), resumed: bool, early: Vec<u8>) -> io::Result<()> {
    let early_size = early.len();
    let mut request = early;
    let mut piece = [0; 1024];
    while !request.ends_with(b"\r\n\r\n") {
        let size = stream.read(&mut piece)?;
        if size == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        request.extend_from_slice(&piece[..size]);
    }
    let line = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or(&[]));
    println!("{line}: {} bytes, {early_size} early", request.len());
    write!(stream, "HTTP/1.0 200 OK\r\n\r\nresumed: {resumed}\n")?;
    stream.flush()
}
