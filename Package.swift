// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same settings: Swift 6 language mode, explicit existentials and imports, and no warnings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// SwiftNIO without its sockets: buffers, futures, the event loop protocols.
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let concurrencyHelpers: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
    name: "sluice",
    products: [.executable(name: "sluice", targets: ["sluice"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log.git", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration.git", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams.git", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", exact: "1.0.2"),
    ],
    targets: [
        // C
        .systemLibrary(
            name: "CFFmpeg", path: "Modules/CFFmpeg",
            pkgConfig: "libavformat libavcodec libswscale libswresample libavutil",
            providers: [
                .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libswresample-dev", "libavutil-dev"])
            ]),
        .target(name: "CSocket", path: "Modules/CSocket"),

        // Cores: bytes and `now` in, bytes and actions out
        .target(name: "MediaCore", swiftSettings: strict),
        .target(name: "SDP", swiftSettings: strict),
        .target(name: "RTP", dependencies: ["MediaCore"], swiftSettings: strict),
        .target(name: "RTPPayload", dependencies: ["MediaCore"], swiftSettings: strict),
        .target(name: "Timestamps", dependencies: ["MediaCore"], swiftSettings: strict),
        .target(name: "RTSP", swiftSettings: strict),
        .target(
            name: "RTSPSession", dependencies: ["MediaCore", "RTP", "RTPPayload", "RTSP", "SDP"], swiftSettings: strict),

        // Delivery and reading
        .target(
            name: "Delivery", dependencies: ["MediaCore", "RTP", "RTPPayload", nioCore, deque, heap],
            swiftSettings: strict),
        .target(name: "LibAV", dependencies: ["CFFmpeg", "MediaCore", logging], swiftSettings: strict),
        .target(
            name: "Library",
            dependencies: [
                "LibAV", "MediaCore", "Delivery", "RTPPayload", "Timestamps", "CSocket", nioCore, logging,
            ],
            swiftSettings: strict),

        // The network
        .target(
            name: "RTSPServer",
            dependencies: [
                "RTSPSession", "Delivery", "RTSP", "RTP", "RTPPayload", "MediaCore", "CSocket", nioCore, nioPosix,
                concurrencyHelpers, deque, logging,
            ], swiftSettings: strict),
        .target(
            name: "RTSPClient",
            dependencies: [
                "RTSP", "RTP", "SDP", "MediaCore", "CSocket", nioCore, nioPosix, concurrencyHelpers, deque,
            ], swiftSettings: strict),
        .executableTarget(
            name: "sluice",
            dependencies: [
                "Library", "RTSPServer", "RTSPClient", "RTSPSession", "Delivery", "MediaCore", "RTP", "RTPPayload",
                "RTSP", "SDP", "CSocket", argumentParser, lifecycle, unixSignals, logging, nioCore, nioPosix,
                configuration, yams,
            ], swiftSettings: strict),

        // Tests mirror Sources
        .target(
            name: "TestSupport",
            dependencies: ["MediaCore", "Delivery", "RTP", "RTPPayload", nioCore, nioEmbedded, deque],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "MediaCoreTests", dependencies: ["MediaCore", "ByteFixtures"], swiftSettings: strict),
        .testTarget(name: "SDPTests", dependencies: ["SDP"], swiftSettings: strict),
        .target(name: "ByteFixtures", path: "Tests/ByteFixtures", swiftSettings: strict),
        .testTarget(name: "RTPTests", dependencies: ["RTP", "MediaCore", "ByteFixtures"], swiftSettings: strict),
        .testTarget(
            name: "RTPPayloadTests", dependencies: ["RTPPayload", "MediaCore", "ByteFixtures"],
            resources: [.copy("Golden")], swiftSettings: strict),
        .testTarget(
            name: "TimestampsTests", dependencies: ["Timestamps", "MediaCore", "MediaFixtures"], swiftSettings: strict),
        .testTarget(name: "RTSPTests", dependencies: ["RTSP"], swiftSettings: strict),
        .testTarget(
            name: "RTSPSessionTests", dependencies: ["RTSPSession", "RTSP", "RTP", "RTPPayload", "SDP", "MediaCore"],
            swiftSettings: strict),
        .testTarget(
            name: "DeliveryTests",
            dependencies: ["Delivery", "TestSupport", "MediaCore", "RTP", "RTPPayload", nioCore, nioEmbedded, deque],
            swiftSettings: strict),
        .target(name: "MediaFixtures", path: "Tests/MediaFixtures", swiftSettings: strict),
        .testTarget(
            name: "LibAVTests", dependencies: ["LibAV", "CFFmpeg", "MediaCore", "MediaFixtures", logging],
            swiftSettings: strict),
        .testTarget(
            name: "LibraryTests",
            dependencies: [
                "Library", "LibAV", "MediaCore", "Delivery", "RTPPayload", "Timestamps", "MediaFixtures", nioCore,
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RTSPServerTests",
            dependencies: [
                "RTSPServer", "RTSPSession", "TestSupport", "Delivery", "RTSP", "RTP", "RTPPayload", "SDP", "MediaCore",
                nioCore, nioPosix, logging,
            ], resources: [.copy("Fixtures")], swiftSettings: strict),
        .testTarget(
            name: "RTSPClientTests",
            dependencies: ["RTSPClient", "CSocket", "RTSP", "RTP", "SDP", "MediaCore", nioCore, nioPosix],
            swiftSettings: strict),
        .testTarget(
            name: "sluiceTests",
            dependencies: [
                "sluice", "RTSPClient", "Library", "RTPPayload", "RTP", "RTSP", "MediaCore", "MediaFixtures",
                argumentParser, nioCore,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "InteropTests", dependencies: ["sluice", "RTSP", subprocess],
            exclude: ["README.md"], resources: [.copy("Clients")], swiftSettings: strict),
    ]
)
