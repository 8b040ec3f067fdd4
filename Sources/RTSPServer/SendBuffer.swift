import Glibc
import MediaCore
import NIOCore

/// How much a TCP connection's kernel buffer may hold: what lies there is beyond recall, so that a viewer who seeks would still get it, and one
/// who is slow would be sent what is long past.
struct SendBuffer: Equatable {
    /// Bytes that were not sent yet (`TCP_NOTSENT_LOWAT`, tcp(7)).
    let unsent: Int
    /// Bytes of `SO_SNDBUF` (socket(7)): unsent, and sent but not acknowledged. Nil leaves it to the kernel, which lets it grow with the path.
    let total: Int?

    /// What the kernel grants those without privileges by default (net.core.wmem_max): it would cut more to that, and stop the growth.
    private static let granted = 212_992

    /// SO_BUF_LOCK of Linux 5.15, in asm-generic/socket.h: 0 lets the buffers grow by themselves again.
    private static let lockOption: CInt = 72

    private init(unsent: Int, total: Int?) {
        self.unsent = unsent
        self.total = total
    }

    /// - Parameter bytesPerSecond: the stream's mean; nil if unknown.
    init(bytesPerSecond: Int?, limits: Limits) {
        let milliseconds = Int(limits.interleavedTime.nanoseconds / 1_000_000)
        let bounds = limits.interleavedKernelBytes
        guard let bytesPerSecond else {
            (unsent, total) = (bounds.lowerBound, nil)
            return
        }
        let wanted = bytesPerSecond.multipliedReportingOverflow(by: milliseconds)
        unsent = min(max(wanted.overflow ? .max : wanted.partialValue / 1000, bounds.lowerBound), bounds.upperBound)
        total = unsent <= Self.granted ? unsent : nil
    }

    /// For several streams or titles on one connection.
    func joined(with other: SendBuffer) -> SendBuffer {
        SendBuffer(unsent: max(unsent, other.unsent), total: total.flatMap { one in other.total.map { max(one, $0) } })
    }

    /// The channel need not be a TCP connection's: one that knows no such options stays as it is.
    func apply(to channel: any Channel) {
        guard let options = channel.syncOptions else { return }
        let unsentMark = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_NOTSENT_LOWAT))
        try? options.setOption(unsentMark, value: ChannelOptions.Types.SocketOption.Value(unsent))
        if let total {
            try? options.setOption(.socketOption(.so_sndbuf), value: ChannelOptions.Types.SocketOption.Value(total))
        } else {
            // What was set before for a smaller stream would hold for ever.
            let lock = ChannelOptions.Types.SocketOption(level: .socket, name: .init(rawValue: Self.lockOption))
            try? options.setOption(lock, value: 0)
        }
    }
}
