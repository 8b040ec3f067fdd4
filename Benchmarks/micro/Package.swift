// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the product depends on nothing that is here for measuring only. What is measured has `package` access, which
// ends at a package's border: `Sources` therefore has links to the targets' own folders, and they are built here as part of this package.

/// As in the product's own Package.swift.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let heap: Target.Dependency = .product(name: "HeapModule", package: "swift-collections")

let package = Package(
    name: "micro",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-collections.git", exact: "1.6.0"),
    ],
    targets: [
        .target(name: "MediaCore", swiftSettings: strict),
        .target(name: "RTP", dependencies: ["MediaCore"], swiftSettings: strict),
        .target(name: "RTPPayload", dependencies: ["MediaCore"], swiftSettings: strict),
        .target(name: "RTSP", swiftSettings: strict),
        .target(
            name: "Delivery", dependencies: ["MediaCore", "RTP", "RTPPayload", nioCore, deque, heap],
            swiftSettings: strict),

        .target(name: "CAllocations"),
        .executableTarget(
            name: "micro",
            dependencies: [
                "CAllocations", "Delivery", "MediaCore", "RTP", "RTPPayload", "RTSP", nioCore,
            ], swiftSettings: strict),
    ]
)
