import Glibc
import NIOCore
import RTP
import RTSP
import TestSupport

/// Why a test's client gave up.
enum ClientFailure: Error {
    case system(String, CInt)
    /// Nothing came in time.
    case silence
    /// The server closed the connection.
    case closed
}

/// A bare RTSP client on a blocking socket: sends whatever bytes a test wants, well-formed or not.
final class RawConnection {
    /// What came, in order.
    enum Event {
        case reply(Response)
        case frame(Frame)
    }

    struct Frame {
        let id: UInt8
        let payload: [UInt8]

        /// Of RTP.
        var header: RTPHeader { get throws { try RTPHeader(parsing: payload.span.bytes) } }
        var identity: PacketIdentity { PacketIdentity(parsing: payload) }
        /// Of RTCP.
        var packets: [RTCPPacket] { get throws { try CompoundPacket(parsing: payload.span.bytes).packets } }
    }

    /// For `request`: taken from replies.
    var session: String?
    let port: Int
    let host: String
    /// Everything that came, also what `reply` and `request` have taken.
    private(set) var events: [Event] = []
    private let descriptor: CInt
    private var parser = MessageParser()
    private var repliesTaken = 0
    private var isOver = false
    private var sequence = 0

    /// - Parameters:
    ///   - receiveBuffer: bytes, for a client whose window is to fill soon.
    ///   - sendSeconds: how long `send` may wait for the server to read.
    init(port: Int, host: String = "127.0.0.1", receiveBuffer: Int? = nil, sendSeconds: Int = 60) throws {
        self.port = port
        self.host = host
        let address = try SocketAddress(ipAddress: host, port: port)
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ClientFailure.system("socket", errno) }
        if var size = receiveBuffer.map(CInt.init) {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<CInt>.size))
        }
        var patience = timeval(tv_sec: sendSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = address.withSockAddr { connect(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw ClientFailure.system("connect", errno) }
    }

    deinit { close() }

    private var isClosed = false

    func close() {
        if !isClosed { Glibc.close(descriptor) }
        isClosed = true
    }

    // MARK: Sending

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ClientFailure.system("send", errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// The text of a request, with the next CSeq.
    func text(_ method: String, _ uri: String, _ headers: [String] = [], body: String = "") -> String {
        sequence += 1
        var lines = ["\(method) \(uri) RTSP/1.0", "CSeq: \(sequence)"] + headers
        if let session, !headers.contains(where: { $0.lowercased().hasPrefix("session:") }) {
            lines.append("Session: \(session)")
        }
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Sends a request and waits for its reply.
    func request(_ method: String, _ uri: String, _ headers: [String] = [], body: String = "") throws -> Response {
        try send(text(method, uri, headers, body: body))
        let reply = try reply()
        if let header = try? reply.headers.typed(SessionHeader.self) { session = header.id }
        return reply
    }

    // MARK: Receiving

    var replies: [Response] { events.compactMap { if case .reply(let reply) = $0 { reply } else { nil } } }
    var frames: [Frame] { events.compactMap { if case .frame(let frame) = $0 { frame } else { nil } } }

    /// What came after the last reply.
    var framesSinceReply: [Frame] {
        let last = events.lastIndex { if case .reply = $0 { true } else { false } }
        return events[(last.map { $0 + 1 } ?? 0)...].compactMap {
            if case .frame(let frame) = $0 { frame } else { nil }
        }
    }

    /// The next reply.
    func reply(within seconds: Double = 10) throws -> Response {
        let deadline = Clock.now + seconds
        while true {
            let all = replies
            if repliesTaken < all.count {
                repliesTaken += 1
                return all[repliesTaken - 1]
            }
            try receive(until: deadline)
        }
    }

    /// Reads until `condition` holds, which is looked at after every piece of bytes. False if it does not in time.
    @discardableResult
    func receive(within seconds: Double = 10, until condition: (RawConnection) throws -> Bool) throws -> Bool {
        let deadline = Clock.now + seconds
        while try !condition(self) {
            do { try receive(until: deadline) } catch ClientFailure.silence { return false }
        }
        return true
    }

    /// Whether the server closes the connection in time.
    func isClosedByServer(within seconds: Double = 10) -> Bool {
        do { try receive(within: seconds) { _ in false } } catch { return true }
        return false
    }

    private func receive(until deadline: Double) throws {
        guard !isOver else { throw ClientFailure.closed }
        guard Poll.isReadable([descriptor], until: deadline)[0] else { throw ClientFailure.silence }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            isOver = true
            throw ClientFailure.closed
        }
        parser.append(Array(buffer[..<count]))
        while let message = try parser.next() {
            switch message {
            case .response(let reply): events.append(.reply(reply))
            case .interleaved(let id, let payload): events.append(.frame(Frame(id: id, payload: payload)))
            case .request, .malformed: preconditionFailure("the server sent no reply: \(message)")
            }
        }
    }
}

/// Seconds of the monotonic clock.
enum Clock {
    static var now: Double { Double(NIODeadline.now().uptimeNanoseconds) / 1e9 }

    static func sleep(_ seconds: Double) { usleep(UInt32(seconds * 1e6)) }
}

enum Poll {
    /// Waits until one of the descriptors is readable, and says which are.
    static func isReadable(_ descriptors: [CInt], until deadline: Double) -> [Bool] {
        var all = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        poll(&all, nfds_t(all.count), CInt(max(0, (deadline - Clock.now) * 1000)))
        return all.map { $0.revents != 0 }
    }
}
