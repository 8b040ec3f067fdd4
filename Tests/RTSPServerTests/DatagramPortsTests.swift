import Glibc
import NIOCore
import Testing

@testable import RTSPServer

@Suite struct DatagramPortsTests {
    private static func closeAll(_ pairs: [LoopDescriptors]) {
        for pair in pairs {
            close(pair.media)
            close(pair.control)
        }
    }

    @Test(arguments: ["127.0.0.1", "::1", "::"])
    func aFreePairIsEven(_ host: String) throws {
        let opened = try DatagramPorts.open(
            at: try SocketAddress(ipAddress: host, port: 0), loops: 3, sendBuffer: 65_536)
        defer { Self.closeAll(opened.pairs) }
        #expect(opened.pairs.count == 3)
        #expect(opened.port > 0 && opened.port % 2 == 0)
        #expect(Set(opened.pairs.flatMap { [$0.media, $0.control] }).count == 6)
    }

    /// SO_REUSEPORT alone would let both have half of the packets.
    @Test func aPairInUseIsRefused() throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let first = try DatagramPorts.open(at: address, loops: 2, sendBuffer: 0)
        var same = address
        same.port = first.port
        let error = #expect(throws: StartError.self) { try DatagramPorts.open(at: same, loops: 2, sendBuffer: 0) }
        #expect(error?.description == "cannot open UDP port \(first.port) on 127.0.0.1: Address already in use")
        Self.closeAll(first.pairs)
        Self.closeAll(try DatagramPorts.open(at: same, loops: 1, sendBuffer: 0).pairs)
    }

    /// The odd port alone is taken.
    @Test func bothPortsMustBeFree() throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
        let first = try DatagramPorts.open(at: address, loops: 1, sendBuffer: 0)
        close(first.pairs[0].media)
        defer { close(first.pairs[0].control) }
        var same = address
        same.port = first.port
        let error = #expect(throws: StartError.self) { try DatagramPorts.open(at: same, loops: 1, sendBuffer: 0) }
        #expect(error?.description.contains("UDP port \(first.port + 1)") == true)
    }
}
