import Foundation
import Glibc

/// Network namespaces and the wires between them, of this test process's own, removed when the test is over.
///
/// Needs root and `ip` (iproute2): without them it throws, and the test fails.
struct Network: Sendable {
    private let prefix: String

    /// The namespace's name for `ip`.
    func name(_ node: String) -> String { "\(prefix)-\(node)" }

    /// The command that runs another one inside `node`.
    func inside(_ node: String) -> [String] { ["ip", "netns", "exec", name(node)] }

    /// Makes a namespace per node and runs `body`; removes them, and with them their wires, on every way out.
    static func with<Result: Sendable>(_ nodes: [String], _ body: @Sendable (Network) async throws -> Result)
        async throws -> Result
    {
        guard getuid() == 0 else { throw Missing("root: these tests make network namespaces") }
        try await removeLeftovers()
        let network = Network(prefix: "sluice\(getpid())")
        let result: Swift.Result<Result, any Error>
        do {
            for node in nodes {
                try await Tool.require(["ip", "netns", "add", network.name(node)])
                try await network.ip(node, "link set lo up")
            }
            result = .success(try await body(network))
        } catch {
            result = .failure(error)
        }
        // Not in the cancelled task, if it is: cleaning up must happen.
        await Task.detached {
            for node in nodes { _ = try? await Tool.run(["ip", "netns", "del", network.name(node)]) }
        }.value
        return try result.get()
    }

    /// `ip` inside `node`.
    func ip(_ node: String, _ arguments: String) async throws {
        try await Tool.require(["ip", "-n", name(node)] + arguments.split(separator: " ").map(String.init))
    }

    /// A wire between two nodes. Its ends are called by the node at the other end; addresses are given with their prefix length.
    func connect(_ left: String, _ leftAddress: String, _ right: String, _ rightAddress: String) async throws {
        try await Tool.require([
            "ip", "link", "add", right, "netns", name(left), "type", "veth", "peer", "name", left, "netns", name(right),
        ])
        for (node, peer, address) in [(left, right, leftAddress), (right, left, rightAddress)] {
            try await ip(node, "addr add \(address) dev \(peer)")
            try await ip(node, "link set \(peer) up")
        }
    }

    /// A switch in `node`, which sends what goes to a group to everybody.
    func makeSwitch(_ node: String) async throws {
        try await ip(node, "link add bridge type bridge mcast_snooping 0")
        try await ip(node, "link set bridge up")
    }

    /// A wire from `node` to the switch in `hub`; groups are there too. Its ends are called as those of `connect`.
    func plug(_ node: String, _ addresses: [String], into hub: String) async throws {
        try await Tool.require([
            "ip", "link", "add", node, "netns", name(hub), "type", "veth", "peer", "name", hub, "netns", name(node),
        ])
        try await ip(hub, "link set \(node) master bridge")
        try await ip(hub, "link set \(node) up")
        for address in addresses {
            try await ip(node, "addr add \(address) dev \(hub)\(address.contains(":") ? " nodad" : "")")
        }
        try await ip(node, "link set \(hub) up")
        try await ip(node, "route add 224.0.0.0/4 dev \(hub)")
    }

    /// Removes namespaces of test processes that died before they could.
    private static func removeLeftovers() async throws {
        for line in try await Tool.require(["ip", "netns", "list"]).split(separator: "\n") {
            guard let name = line.split(separator: " ").first, let match = name.wholeMatch(of: /sluice([0-9]+)-.*/),
                let process = Int32(match.1), kill(process, 0) != 0, errno == ESRCH
            else { continue }
            _ = try? await Tool.run(["ip", "netns", "del", String(name)])
        }
    }
}
