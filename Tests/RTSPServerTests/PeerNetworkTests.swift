import NIOCore
import Testing

@testable import RTSPServer

@Suite struct PeerNetworkTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false), ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", false), ("::1", "::1", true), ("0.0.0.0", "::", false),
        ("1.2.3.4", "::102:304", false),
    ])
    func countAsOne(_ first: String, _ second: String, _ isOne: Bool) throws {
        let networks = try [(first, 1), (second, 2)].map {
            try #require(PeerNetwork(SocketAddress(ipAddress: $0.0, port: $0.1)))
        }
        #expect((networks[0] == networks[1]) == isOne)
    }

    @Test func aPathHasNone() throws {
        #expect(PeerNetwork(try SocketAddress(unixDomainSocketPath: "/tmp/x")) == nil)
    }
}
