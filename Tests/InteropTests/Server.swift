import Foundation
import Glibc
import Subprocess
import Testing

/// A running `sluice serve`, for the length of a closure.
struct Server: Sendable {
    let host: String
    let port: Int
    private let log: URL

    /// Serves `directory` while `body` runs. The process is stopped with SIGTERM on every way out and must then leave by itself, with 0.
    ///
    /// - Parameters:
    ///   - prefix: a command that runs the server, `ip netns exec NAME`.
    ///   - options: more flags of `serve`.
    static func serving<Result: Sendable>(
        _ directory: URL, host: String = "127.0.0.1", prefix: [String] = [], log: URL, port: Int = freePort(),
        rtpPort: Int? = nil, options flags: [String] = [], _ body: @Sendable (Server) async throws -> Result
    ) async throws -> Result {
        let serve =
            Tool.urgently + prefix + [
                try Place.binary, "serve", directory.path, "--host", host, "--port", "\(port)", "--rtp-port",
                "\(rtpPort ?? port + 1000)",
                "--log-level", "info",
            ] + flags
        // The shell holds the server while its standard input is open: if these tests die, that closes and the server goes.
        let script = #"""
            log=$1; shift
            "$@" 2>"$log" </dev/null & server=$!
            cat >/dev/null
            kill -TERM $server; (sleep 10; kill -KILL $server) & limit=$!
            wait $server; status=$?
            kill $limit; exit $status
            """#
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(10))
        ]
        let result = try await Subprocess.run(
            .name("sh"), arguments: .init(["-c", script, "sh", log.path] + serve), platformOptions: options,
            input: .inputWriter,
            output: .discarded, error: .discarded
        ) { execution in
            let server = Server(host: host, port: port, log: log)
            let outcome: Swift.Result<Result, any Error>
            do {
                try await server.waitUntilReady(prefix: prefix)
                outcome = .success(try await body(server))
            } catch {
                outcome = .failure(error)
            }
            try? await execution.standardInputWriter.finish()
            return outcome
        }
        let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        let status = result.terminationStatus
        let outcome = result.closureResult
        #expect(
            status == .exited(0),
            "SIGTERM ends the server with status 0, not \(status); its log ends: \(text.suffix(2000))")
        return try outcome.get()
    }

    /// A server for each of `directories` while `body` runs.
    static func serving<Result: Sendable>(
        each directories: [URL], scratch: URL, started: [Server] = [],
        _ body: @Sendable ([Server]) async throws -> Result
    ) async throws -> Result {
        guard started.count < directories.count else { return try await body(started) }
        let log = scratch.appending(path: "server-\(started.count).log")
        let port = started.last.map { $0.port + 10 } ?? freePort()
        return try await serving(directories[started.count], log: log, port: port) { server in
            try await serving(each: directories, scratch: scratch, started: started + [server], body)
        }
    }

    /// `path` need not be encoded.
    func url(_ path: String) -> String {
        var allowed = CharacterSet.urlPathAllowed
        allowed.remove(charactersIn: "?#%;")
        return "rtsp://\(host):\(port)/" + (path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)
    }

    /// All sessions that have ended so far, as the server logged them.
    func endedSessions() -> [SessionCounters] {
        guard let text = try? String(contentsOf: log, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { SessionCounters(line: $0) }
    }

    /// The server's log so far.
    func logText() -> String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    private func waitUntilReady(prefix: [String]) async throws {
        for _ in 0..<100 {
            let command = prefix + [Place.systemPython, Place.script("rtsp.py"), "options", "rtsp://\(host):\(port)/"]
            if try await Tool.run(command, seconds: 5).status == 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Missing("an answer to OPTIONS from the server within 10 s; its log ends: \(logText().suffix(2000))")
    }

    /// A TCP port that nobody listens on now, whose UDP neighbours a thousand higher are free too. Different for each test process.
    static func freePort() -> Int {
        let base = 10_000 + Int(getpid()) % 10_000 * 2
        for candidate in stride(from: base, to: base + 2000, by: 2) {
            if isFree(candidate, type: SOCK_STREAM) && isFree(candidate + 1000, type: SOCK_DGRAM)
                && isFree(candidate + 1001, type: SOCK_DGRAM)
            {
                return candidate
            }
        }
        return base
    }

    private static func isFree(_ port: Int, type: __socket_type) -> Bool {
        let descriptor = socket(AF_INET, Int32(type.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
