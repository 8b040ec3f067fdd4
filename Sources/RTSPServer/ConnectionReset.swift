import Glibc
import NIOCore

extension Channel {
    /// Closes without waiting for the peer to take what the kernel still holds for it: that would lie there for minutes, of one that takes nothing
    /// (SO_LINGER of zero, socket(7)).
    func reset() {
        guard let options = self as? any SocketOptionProvider else { return close(promise: nil) }
        options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in self.close(promise: nil) }
    }
}
