import ArgumentParser
import Glibc
import NIOCore
import NIOPosix
import RTSP

struct HealthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask a running server for OPTIONS; exit code 0 if it answers.",
        discussion: """
            What the container's health check runs.

            Examples:
              sluice health
              sluice health --host 127.0.0.1 --port 9554
            """)

    @Option(help: "Address of the server.")
    var host = "127.0.0.1"

    @Option(help: "RTSP port.")
    var port = 8554

    @Option(help: "Seconds to wait for the answer.")
    var timeout = 3

    func run() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let deadline = TimeAmount.seconds(Int64(timeout))
        let answer = group.next().makePromise(of: Response.self)
        do {
            let channel = try await ClientBootstrap(group: group).connectTimeout(deadline).channelInitializer {
                channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(answer))
                }
            }.connect(host: host, port: port).get()
            channel.eventLoop.scheduleTask(in: deadline) { answer.fail(ChannelError.connectTimeout(deadline)) }
            let bracketed = host.contains(":") ? "[\(host)]" : host
            let request = Request(
                method: .options, uri: "rtsp://\(bracketed):\(port)/",
                headers: ["CSeq": "1", "User-Agent": "sluice-health"])
            try await channel.writeAndFlush(channel.allocator.buffer(bytes: request.serialize()))
            let response = try await answer.futureResult.get()
            try? await channel.close()
            guard response.status == .ok else {
                FileOutput.error("sluice: the server answered \(response.status)")
                throw ExitCode.failure
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            answer.fail(error)
            FileOutput.error("sluice: no answer from \(host) port \(port): \(Self.reason(error))")
            throw ExitCode.failure
        }
    }

    /// The cause of a network error in a few words, on one line: "Connection refused".
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { reason($0.error) } ?? "unknown host"
        case ChannelError.connectTimeout: "timed out"
        case ChannelError.eof: "the connection was closed"
        case let error as ParseError: "no RTSP: \(error)"
        default: "\(error)".replacing("\n", with: " ")
        }
    }
}

/// Completes a promise with the first response.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<Response>
    private var parser = MessageParser()

    init(_ answer: EventLoopPromise<Response>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        parser.append(bytes.readableBytesSpan)
        do {
            while let message = try parser.next() {
                if case .response(let response) = message { answer.succeed(response) }
            }
        } catch {
            answer.fail(error)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
}
