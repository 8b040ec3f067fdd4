internal import MediaCore

/// ISO/IEC 14496-2: the video object layer's delay and the type of each video object plane.
struct MPEG4Pictures: Sendable {
    /// vop_coding_type 2, table 6-20.
    private static let bidirectional: UInt32 = 2

    private var order = AnchorOrder()
    private(set) var reorderDepth: Int?
    private(set) var frameDuration: TimeBase?

    init(configuration: [UInt8]) { _ = scan(configuration.span.bytes) }

    mutating func reset() { order.reset() }

    /// A plane that is not coded (vop_coded 0) repeats the one before and stands where a P stands.
    mutating func picture(in bytes: RawSpan) -> Picture? {
        guard let type = scan(bytes) else { return nil }
        let isB = type == Self.bidirectional
        if isB { reorderDepth = 1 }
        return Picture(rank: order.rank(isB: isB))
    }

    /// Reads layers up to the first plane, and gives its vop_coding_type.
    private mutating func scan(_ bytes: RawSpan) -> UInt32? {
        var offset = 0
        while let code = bytes.startCodeEnd(from: offset) {
            switch bytes.byte(code) {
            case 0x20...0x2F: readLayer(bytes.copy(from: code + 1, limit: 64))
            case 0xB6: return code + 1 < bytes.byteCount ? UInt32(bytes.byte(code + 1) >> 6) : nil
            default: break
            }
            offset = code
        }
        return nil
    }

    private mutating func readLayer(_ bytes: [UInt8]) {
        guard let layer = VideoObjectLayer(bytes) else { return }
        if reorderDepth == nil { reorderDepth = layer.hasLowDelay.map { $0 ? 0 : 1 } }
        frameDuration = layer.frameDuration ?? frameDuration
    }
}

/// VideoObjectLayer() of ISO/IEC 14496-2 6.2.3 up to fixed_vop_time_increment.
private struct VideoObjectLayer {
    /// Nil if the layer does not say.
    var hasLowDelay: Bool?
    var frameDuration: TimeBase?

    init?(_ bytes: [UInt8]) {
        var reader = BitReader(bytes)
        // random_accessible_vol
        guard reader.skip(1), let type = reader.bits(8), let hasIdentifier = reader.flag() else { return nil }
        var version: UInt32 = 1
        if hasIdentifier {
            guard let value = reader.bits(4), reader.skip(3) else { return nil }
            version = value
        }
        guard let aspect = reader.bits(4) else { return nil }
        if aspect == 15 { guard reader.skip(16) else { return nil } }
        guard let hasControl = reader.flag() else { return nil }
        if hasControl {
            guard reader.skip(2), let lowDelay = reader.flag(), let hasBuffer = reader.flag() else { return nil }
            hasLowDelay = lowDelay
            if hasBuffer { guard reader.skip(79) else { return nil } }
        } else if type == 1 {
            // Simple: the profile has no B-VOPs.
            hasLowDelay = true
        }
        guard let shape = reader.bits(2) else { return nil }
        // video_object_layer_shape_extension of a greyscale layer.
        if shape == 3, version != 1 { guard reader.skip(4) else { return nil } }
        guard reader.skip(1), let resolution = reader.bits(16), reader.skip(1), let isFixed = reader.flag(),
            resolution > 0
        else { return }
        guard isFixed, let increment = reader.bits(max(1, 16 - (UInt16(resolution - 1)).leadingZeroBitCount)),
            increment > 0
        else { return }
        frameDuration = TimeBase(Int32(increment), Int32(resolution))
    }
}
