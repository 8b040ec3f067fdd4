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

    /// The channel need not be a TCP connection's: one that knows no such options stays as it is.
    func apply(to channel: any Channel) {
        guard let options = channel.syncOptions else { return }
        let unsentMark = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: TCP_NOTSENT_LOWAT))
        try? options.setOption(unsentMark, value: ChannelOptions.Types.SocketOption.Value(unsent))
        guard let total else { return }
        try? options.setOption(.socketOption(.so_sndbuf), value: ChannelOptions.Types.SocketOption.Value(total))
    }
}
