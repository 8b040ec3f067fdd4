package import NIOCore
import NIOPosix
package import RTSP

/// A client's RTSP connection (RFC 2326) and the requests that need no session.
///
/// Everything runs on one event loop; the methods may be called from anywhere. Close it when done.
package final class Client: Sendable {
    package struct Configuration: Sendable {
        package var connectTimeout = TimeAmount.seconds(10)
        /// How long a reply may take.
        package var requestTimeout = TimeAmount.seconds(10)
        package var userAgent = "sluice-client"
        /// Bytes of receive buffer asked for each UDP socket; the kernel may grant less.
        package var receiveBuffer = 2 * 1024 * 1024
        /// After PLAY, a session that brings no packet for this long has ended; nil: never.
        package var silenceTimeout: TimeAmount? = .seconds(10)
        /// Reads the UDP streams; nil: one that all share.
        package var reader: DatagramReader?
        /// Counts interleaved RTP packets.
        package var counter: PacketCounter?

        package init() {}
    }

    /// What the connection was made for.
    package let url: String
    package let eventLoop: any EventLoop
    package let configuration: Configuration
    package let localAddress: SocketAddress
    package let remoteAddress: SocketAddress
    let channel: any Channel
    let handler: NIOLoopBound<ConnectionHandler>

    private init(
        url: String, channel: any Channel, handler: NIOLoopBound<ConnectionHandler>, local: SocketAddress,
        remote: SocketAddress, configuration: Configuration
    ) {
        self.url = url
        self.channel = channel
        self.eventLoop = channel.eventLoop
        self.handler = handler
        self.localAddress = local
        self.remoteAddress = remote
        self.configuration = configuration
    }

    /// Bytes taken in one read: interleaved media come in large pieces. The buffer is used again.
    private static let readSize = 256 * 1024

    /// Connects to the host of an `rtsp://` URL, port 554 if it names none.
    /// - Throws: `ClientError.invalidURL`, `.cannotConnect`.
    package static func connect(
        to url: String, on eventLoop: any EventLoop, configuration: Configuration = Configuration()
    ) async throws -> Client {
        guard let uri = try? RTSPURI(parsing: url), uri.scheme == .rtsp else { throw ClientError.invalidURL(url) }
        let port = Int(uri.port ?? 554)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readSize))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(configuration))
                }
            }
        do {
            let address = try? SocketAddress(ipAddress: uri.host, port: port)
            let channel =
                if let address { try await bootstrap.connect(to: address).get() } else {
                    try await bootstrap.connect(host: uri.host, port: port).get()
                }
            guard let local = channel.localAddress, let remote = channel.remoteAddress else {
                throw ClientError.cannotConnect(reason: "closed at once")
            }
            let handler = try await channel.pipeline.handler(type: ConnectionHandler.self)
                .map { NIOLoopBound($0, eventLoop: channel.eventLoop) }.get()
            return Client(
                url: url, channel: channel, handler: handler, local: local, remote: remote,
                configuration: configuration)
        } catch let error as ClientError {
            throw error
        } catch {
            throw ClientError.cannotConnect(reason: ConnectionHandler.reason(error))
        }
    }

    /// Sends any request and answers with the reply, whatever its status. CSeq and User-Agent are added.
    /// - Throws: `ClientError.timeout`, `.connectionClosed`.
    package func send(_ request: Request) async throws -> Response {
        let (handler, eventLoop) = (handler, eventLoop)
        return try await eventLoop.flatSubmit { handler.value.send(request, on: eventLoop) }.get()
    }

    /// Sends a request that must succeed.
    /// - Throws: also `ClientError.refused` for a status other than 2xx.
    package func succeed(_ request: Request) async throws -> Response {
        let response = try await send(request)
        guard response.status.isSuccess else { throw ClientError.refused(request.method, response.status) }
        return response
    }

    /// OPTIONS (RFC 2326 10.1): the methods of Public.
    package func options() async throws -> [RTSP.Method] {
        let response = try await succeed(Request(method: .options, uri: url))
        do {
            return try response.headers.typed(PublicHeader.self)?.methods ?? []
        } catch {
            throw ClientError.malformedReply(.options, reason: "\(error)")
        }
    }

    /// DESCRIBE (RFC 2326 10.2) of the connection's URL.
    package func describe() async throws -> Presentation {
        let request = Request(method: .describe, uri: url, headers: [HeaderName.accept: "application/sdp"])
        return try Presentation(try await succeed(request), url: url)
    }

    /// Closes the connection; with it go interleaved sessions.
    package func close() async { try? await channel.close() }

    /// Whether the server runs on this host, so that both read the same wall clock.
    package var isLocal: Bool {
        guard let remote = remoteAddress.ipAddress else { return true }
        return remote == localAddress.ipAddress || remote.hasPrefix("127.") || remote == "::1"
    }
}
