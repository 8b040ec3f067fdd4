internal import MediaCore

/// AudioSpecificConfig, ISO/IEC 14496-3 1.6.2.1, for the object types that travel as AAC-hbr.
struct AudioSpecificConfig: Hashable, Sendable {
    /// Of the core coder: 2 for AAC LC and for HE-AAC.
    let objectType: Int
    /// Of the core coder.
    let sampleRate: ClockRate
    /// Of the core coder; zero if the configuration does not say (channel configuration 0 of AAC-ELD).
    let channels: Int
    /// Of `channels`, those for low frequencies, which levels do not count.
    let lowFrequencyChannels: Int
    /// Samples of the core coder in an access unit: 1024 or 960; 512 or 480 for the low-delay types.
    let samplesPerUnit: Int
    /// After spectral band replication, if that is signalled explicitly: hierarchically (object types 5 and 29) or
    /// backward compatibly (sync extension 0x2B7), ISO/IEC 14496-3 1.6.5.
    let extensionSampleRate: ClockRate?
    /// Parametric stereo is signalled explicitly.
    let hasParametricStereo: Bool

    /// AAC Main, LC, SSR, LTP, ER AAC LC, ER AAC LD, ER AAC ELD: ISO/IEC 14496-3 table 1.17.
    private static let sendable: Set<Int> = [1, 2, 3, 4, 17, 23, 39]

    /// A program config element with a comment of 255 bytes fits. All of it goes into SDP.
    static let maximumBytes = 512

    init(parsing bytes: [UInt8]) throws(PayloadFormatError) {
        guard !bytes.isEmpty else { throw PayloadFormatError("AAC without an AudioSpecificConfig") }
        guard bytes.count <= Self.maximumBytes else {
            throw PayloadFormatError("AAC with an AudioSpecificConfig of \(bytes.count) bytes")
        }
        var reader = BitReader(bytes)
        guard let head = Head(&reader) else {
            throw PayloadFormatError("AAC with a damaged AudioSpecificConfig of \(bytes.count) bytes")
        }
        guard Self.sendable.contains(head.objectType) else {
            throw PayloadFormatError("no RTP payload format for MPEG-4 audio object type \(head.objectType)")
        }
        guard let sampleRate = ClockRate(hertz: head.rate) else {
            throw PayloadFormatError("AAC with a sampling rate of 0")
        }
        guard let body = Body(&reader, head) else {
            throw PayloadFormatError("AAC with a damaged AudioSpecificConfig of \(bytes.count) bytes")
        }
        var extensionRate = head.extensionRate
        var hasParametricStereo = head.objectTypeBefore == 29
        if head.objectTypeBefore == nil, let found = SyncExtension(&reader) {
            extensionRate = found.rate
            hasParametricStereo = found.hasParametricStereo
        }
        self.objectType = head.objectType
        self.sampleRate = sampleRate
        self.channels = body.channels
        self.lowFrequencyChannels = body.lowFrequencyChannels
        self.samplesPerUnit = body.samplesPerUnit
        self.extensionSampleRate = extensionRate.flatMap { ClockRate(hertz: $0) }
        self.hasParametricStereo = hasParametricStereo
    }
}

/// What every configuration begins with.
private struct Head {
    var objectType: Int
    var rate: UInt32
    var channelConfiguration: Int
    /// 5 or 29 if SBR is signalled hierarchically.
    var objectTypeBefore: Int?
    var extensionRate: UInt32?

    init?(_ reader: inout BitReader) {
        guard let type = reader.audioObjectType(), let rate = reader.samplingFrequency(), let channels = reader.bits(4)
        else {
            return nil
        }
        self.objectType = type
        self.rate = rate
        self.channelConfiguration = Int(channels)
        if type == 5 || type == 29 {
            guard let extensionRate = reader.samplingFrequency(), let core = reader.audioObjectType() else {
                return nil
            }
            self.objectTypeBefore = type
            self.extensionRate = extensionRate
            self.objectType = core
        }
    }
}

/// GASpecificConfig (ISO/IEC 14496-3 4.4.1) or the start of ELDSpecificConfig (4.6.20), and the error protection word.
private struct Body {
    var channels: Int
    var lowFrequencyChannels: Int
    var samplesPerUnit: Int

    init?(_ reader: inout BitReader, _ head: Head) {
        let isLowDelay = head.objectType == 23 || head.objectType == 39
        guard let isShort = reader.flag() else { return nil }
        self.samplesPerUnit = isLowDelay ? (isShort ? 480 : 512) : (isShort ? 960 : 1024)
        (self.channels, self.lowFrequencyChannels) = Self.layout(head.channelConfiguration)
        guard head.objectType != 39 else { return }
        guard let dependsOnCoreCoder = reader.flag() else { return nil }
        // coreCoderDelay
        if dependsOnCoreCoder { guard reader.skip(14) else { return nil } }
        guard let hasExtension = reader.flag() else { return nil }
        if head.channelConfiguration == 0 {
            guard let element = ProgramConfigElement(&reader) else { return nil }
            (self.channels, self.lowFrequencyChannels) = (element.channels, element.lowFrequencyChannels)
        }
        let isErrorResilient = head.objectType >= 17
        // Three resilience flags and extensionFlag3.
        if hasExtension { guard reader.skip(isErrorResilient ? 4 : 1) else { return nil } }
        // epConfig; what follows for its values 2 and 3 is not needed here.
        if isErrorResilient { guard reader.skip(2) else { return nil } }
    }

    /// Channels, and how many of them are for low frequencies: ISO/IEC 14496-3 table 1.19.
    private static func layout(_ configuration: Int) -> (Int, Int) {
        switch configuration {
        case 1...5: (configuration, 0)
        case 6: (6, 1)
        case 7, 12, 14: (8, 1)
        case 11: (7, 1)
        case 13: (24, 2)
        default: (0, 0)
        }
    }
}

/// program_config_element, ISO/IEC 14496-3 4.4.1.1: speakers one by one.
private struct ProgramConfigElement {
    var channels = 0
    var lowFrequencyChannels = 0

    init?(_ reader: inout BitReader) {
        // element_instance_tag, object_type, sampling_frequency_index
        guard reader.skip(10), let front = reader.bits(4), let side = reader.bits(4), let back = reader.bits(4),
            let low = reader.bits(2), let data = reader.bits(3), let coupling = reader.bits(4)
        else { return nil }
        // Mono, stereo and matrix mixdown.
        for width in [4, 4, 3] {
            guard let isPresent = reader.flag() else { return nil }
            if isPresent { guard reader.skip(width) else { return nil } }
        }
        for _ in 0..<front + side + back {
            guard let isPair = reader.flag(), reader.skip(4) else { return nil }
            channels += isPair ? 2 : 1
        }
        channels += Int(low)
        lowFrequencyChannels = Int(low)
        guard reader.skip(4 * Int(low + data) + 5 * Int(coupling)) else { return nil }
        reader.alignToByte()
        // comment_field_data
        guard let comment = reader.bits(8), reader.skip(8 * Int(comment)) else { return nil }
    }
}

/// SBR and PS signalled after the core's configuration, where decoders that know neither do not look: ISO/IEC 14496-3
/// 1.6.5.
private struct SyncExtension {
    /// Nil if the extension says that there is no SBR.
    var rate: UInt32?
    var hasParametricStereo = false

    init?(_ reader: inout BitReader) {
        guard reader.remaining >= 16, reader.bits(11) == 0x2B7, reader.audioObjectType() == 5,
            let isPresent = reader.flag()
        else { return nil }
        guard isPresent else { return }
        guard let rate = reader.samplingFrequency() else { return nil }
        self.rate = rate
        if reader.remaining >= 12, reader.bits(11) == 0x548 { hasParametricStereo = reader.flag() == true }
    }
}

extension BitReader {
    /// GetAudioObjectType(): 5 bits, of which 31 announces 6 more.
    fileprivate mutating func audioObjectType() -> Int? {
        guard let type = bits(5) else { return nil }
        return type < 31 ? Int(type) : bits(6).map { 32 + Int($0) }
    }

    /// samplingFrequencyIndex of ISO/IEC 14496-3 table 1.18, in Hz; 15 announces the rate itself, 13 and 14 are
    /// reserved.
    fileprivate mutating func samplingFrequency() -> UInt32? {
        let rates: [UInt32] = [
            96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
        ]
        guard let index = bits(4) else { return nil }
        if index == 15 { return bits(24) }
        return Int(index) < rates.count ? rates[Int(index)] : nil
    }
}
