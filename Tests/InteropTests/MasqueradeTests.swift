import Foundation
import Testing

extension Interop {
    /// A server in a container: its host forwards 8554/tcp and 6970-6971/udp to it, and masquerades what it sends.
    @Suite("Masquerade")
    struct MasqueradeTests {
        private static let title = "behind.mp4"

        /// How the host publishes the ports.
        enum Firewall: String, CaseIterable, Sendable {
            case nftables, iptables

            var commands: [[String]] {
                switch self {
                case .nftables:
                    return [["nft", Self.ruleset]]
                case .iptables:
                    let rules = [
                        "-t nat -A PREROUTING -i client -p tcp --dport 8554 -j DNAT --to-destination 172.30.0.2",
                        "-t nat -A PREROUTING -i client -p udp --dport 6970:6971 -j DNAT --to-destination 172.30.0.2",
                        "-t nat -A POSTROUTING -s 172.30.0.0/24 -o client -j MASQUERADE",
                        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
                        "-A FORWARD -i server -j ACCEPT",
                        "-A FORWARD -p tcp --dport 8554 -j ACCEPT",
                        "-A FORWARD -p udp --dport 6970:6971 -j ACCEPT",
                        "-P FORWARD DROP",
                    ]
                    return rules.map { ["iptables"] + $0.split(separator: " ").map(String.init) }
                }
            }

            private static let ruleset = """
                table ip container {
                    chain in {
                        type nat hook prerouting priority dstnat;
                        iifname "client" tcp dport 8554 dnat to 172.30.0.2
                        iifname "client" udp dport 6970-6971 dnat to 172.30.0.2
                    }
                    chain out {
                        type nat hook postrouting priority srcnat;
                        ip saddr 172.30.0.0/24 oifname "client" masquerade
                    }
                    chain through {
                        type filter hook forward priority filter; policy drop;
                        ct state established,related accept
                        iifname "server" accept
                        tcp dport 8554 accept
                        udp dport 6970-6971 accept
                    }
                }
                """
        }

        @Test("a client outside plays over UDP and TCP", .timeLimit(.minutes(2)), arguments: Firewall.allCases)
        func outside(firewall: Firewall) async throws {
            try await Place.withScratch { scratch in
                let media = scratch.appending(path: "media")
                try FileManager.default.createDirectory(at: media, withIntermediateDirectories: true)
                let file = media.appending(path: Self.title)
                try await Titles.busy(file, seconds: 4)
                let reference = try #require(try await Reference(file: file, name: Self.title, scratch: scratch))
                try await Network.with(["client", "router", "server"]) { network in
                    try await network.connect("client", "198.51.100.2/24", "router", "198.51.100.1/24")
                    try await network.connect("router", "172.30.0.1/24", "server", "172.30.0.2/24")
                    try await network.ip("server", "route add default via 172.30.0.1")
                    try await Tool.require(network.inside("router") + ["sysctl", "-q", "-w", "net.ipv4.ip_forward=1"])
                    for command in firewall.commands { try await Tool.require(network.inside("router") + command) }
                    try await Server.serving(
                        media, host: "0.0.0.0", prefix: network.inside("server"),
                        log: scratch.appending(path: "server.log"), port: 8554,
                        rtpPort: 6970
                    ) { _ in
                        for transport in Transport.allCases {
                            let player = FFmpegPlayer.system.inside(network.inside("client"))
                            let delivery = try await player.play(
                                reference, url: "rtsp://198.51.100.1:8554/\(Self.title)", transport: transport,
                                limit: 30, scratch: scratch)
                            let differences = PlayComparison.differences(delivery, reference)
                            #expect(differences.isEmpty, "\(transport): \(differences)")
                        }
                    }
                }
            }
        }
    }
}
