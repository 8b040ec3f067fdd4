import ByteFixtures
import MediaCore
import RTPPayload
import Testing

/// By RFC 4425's text and diagrams: no client at hand receives VC-1, and none sends it.
@Suite struct VC1Tests {
    private let layout = PacketLayout(prefix: 0, maximumPacketSize: 128)

    private static func format(_ codec: Codec, _ configuration: [UInt8], firstUnit: [UInt8] = []) throws
        -> PayloadFormat
    {
        try PayloadFormat.make(
            for: CodecDescription(
                codec: codec, kind: .video, configuration: configuration, width: 640, height: 480, bitRate: 150_000),
            firstUnit: firstUnit)
    }

    /// Main profile; its fourth byte has no B-pictures, B-pictures, or range reduction and an interpolation flag.
    private static let main = hex("44211A01")
    private static let mainWithB = hex("44211A11")
    private static let mainReduced = hex("44211A83")

    // Advanced profile, level 1, 1920 x 1080, progressive; a second one of level 2; entry points.
    private static let sequence = hex("0000010F CA003BF21B09")
    private static let otherSequence = hex("0000010F D2003BF21B09")
    private static let entryPoint = hex("0000010E 4848")
    private static let otherEntryPoint = hex("0000010E 4C48")
    private static let intra = hex("0000010D C0123456")
    private static let predicted = hex("0000010D 00123456")

    // MARK: Simple and main profile

    @Test func mainProfileInSDP() throws {
        let format = try Self.format(.wmv3, Self.main + [0xFF])
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 vc1/90000")
        #expect(
            format.sdpMedia(payloadType: 96).fmtp == "96 profile=1;level=2;width=640;height=480;config=44211A01")
    }

    /// SMPTE 421M annex D: size, macroblocks a second by FRMRTQ_POSTPROC, and bit rate decide. 4E is main profile with 30 frames, 00
    /// simple with 2, 0E simple with 30.
    @Test(arguments: [
        ("4E", 352, 288, 2_000_000, 2), ("40", 352, 288, 2_000_000, 1), ("40", 352, 288, 2_000_001, 2),
        ("4E", 720, 480, 0, 2), ("4E", 720, 576, 0, 3), ("4E", 1920, 1088, 0, 3), ("4E", 4096, 4096, 0, 3),
        ("00", 176, 144, 96_000, 1), ("00", 176, 144, 96_001, 2), ("0E", 176, 144, 0, 2), ("00", 352, 288, 0, 2),
    ])
    func levels(_ profile: String, _ width: Int, _ height: Int, _ bitRate: Int64, _ level: Int) throws {
        let codec = CodecDescription(
            codec: .wmv3, kind: .video, configuration: hex(profile + "211A01"), width: width, height: height,
            bitRate: bitRate)
        #expect(try PayloadFormat.make(for: codec).fmtp.contains(FormatParameter("level", "\(level)")))
    }

    @Test(arguments: [
        ("", "VC-1 without its decoder parameters"), ("44211A", "VC-1 without its decoder parameters"),
        ("84211A01", "VC-1 of a profile that was never standardized"),
        ("C4211A01", "VC-1 of a profile that was never standardized"),
    ])
    func refusedMain(_ configuration: String, _ reason: String) {
        #expect(throws: PayloadFormatError(reason)) { try Self.format(.wmv3, hex(configuration)) }
    }

    /// AU control: FRAG 3, RA with an I-picture, whose number the next byte is.
    @Test(arguments: [
        (main, ["0040", "2040", "00", "0040"], ["E001", "C001", "C001", "E002"]),
        (mainWithB, ["0040", "1040", "2040"], ["C000", "E001", "C001"]),
        (mainReduced, ["0040", "1040", "1840"], ["E001", "E002", "C002"]),
    ])
    func wholeFrames(_ configuration: [UInt8], _ units: [String], _ headers: [String]) throws {
        var packetizer = try Self.format(.wmv3, configuration).packetizer(layout)
        for (unit, header) in zip(units, headers) {
            // What the container calls a key frame is of no concern.
            let made = try Packetized(&packetizer, hex(unit), key: header == "C000", layout: layout)
            #expect(made.payloads == [hex(header + unit)])
        }
    }

    /// 114 bytes a packet.
    @Test(arguments: [(1, 1), (113, 1), (114, 1), (115, 2), (228, 2), (229, 3), (1000, 9)])
    func fragments(size: Int, count: Int) throws {
        var packetizer = try Self.format(.wmv3, Self.mainWithB).packetizer(layout)
        // An I-picture with start codes of slices, which mean nothing here.
        let unit = Array(([0x10] + [UInt8](repeating: 7, count: 100) + hex("0000010B") + pattern(1000)).prefix(size))
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads.count == count)
        #expect(made.payloads.dropLast().allSatisfy { $0.count == 116 })
        let middle = [UInt8](repeating: 0, count: max(0, count - 2))
        let access: UInt8 = size > 1 ? 0x20 : 0
        #expect(made.payloads.map { $0[0] } == (count == 1 ? [0xC0 | access] : [0x60] + middle + [0x80]))
        #expect(made.payloads.allSatisfy { $0[1] == (size > 1 ? 1 : 0) })
        #expect(try depacketizeVC1(made.payloads) == unit)
    }

    @Test func accessPointsAreCountedModulo256() throws {
        var packetizer = try Self.format(.wmv3, Self.main).packetizer(layout)
        let counts = try (0..<600).map { _ in
            try Packetized(&packetizer, hex("0040"), layout: layout).payloads[0][1]
        }
        #expect(counts == (1...600).map { UInt8(truncatingIfNeeded: $0) })
    }

    /// Nothing is counted that was not sent.
    @Test func outputFull() throws {
        var packetizer = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        _ = try Packetized(&packetizer, Self.intra, key: true, layout: layout)
        let unit = Self.otherSequence + Self.entryPoint + Self.intra + pattern(500)
        for capacity in [0, 13, 200, 500] {
            #expect(throws: PacketizationError.outputFull) {
                try Packetized(&packetizer, unit, layout: layout, capacity: capacity)
            }
        }
        // The second point of random access; the sequence header is another one.
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads[0].prefix(2) == [0x70, 2])
        #expect(made.payloads.dropFirst().allSatisfy { $0[0] & 0x1F == 0x10 && $0[1] == 2 })
    }

    // MARK: Advanced profile

    /// ASF has a byte before the headers; Matroska and MP4 have none; a transport stream has them in the first unit.
    @Test(arguments: [
        (hex("27") + sequence + entryPoint, []), (sequence + entryPoint, intra),
        ([], sequence + entryPoint + intra),
    ])
    func advancedProfileInSDP(_ configuration: [UInt8], _ firstUnit: [UInt8]) throws {
        let format = try Self.format(.vc1, configuration, firstUnit: firstUnit)
        #expect(format.sdpMedia(payloadType: 96).rtpmap == "96 vc1/90000")
        #expect(
            format.sdpMedia(payloadType: 96).fmtp
                == "96 profile=3;level=1;width=1920;height=1080;bpic=1;"
                + "config=0000010FCA003BF21B090000010E4848")
    }

    /// Sequence headers with a display extension: no aspect ratio, a named one, one of its own; 24,000 / 1001, 25, and 960 / 32 frames.
    @Test(arguments: [
        ("0000010F CA003BF21B0A3BF886E80488", "23976"), ("0000010F CA003BF21B0A3BF886F1808480", "25000"),
        ("0000010F CA003BF21B0A3BF886FF100BC0EFC8", "30000"),
    ])
    func frameRates(_ header: String, _ rate: String) throws {
        let format = try Self.format(.vc1, hex(header) + Self.entryPoint)
        #expect(format.fmtp.contains(FormatParameter("framerate", rate)))
    }

    @Test(arguments: [
        ([], intra, "VC-1 without a sequence header and an entry point"),
        (sequence, intra, "VC-1 without a sequence header and an entry point"),
        (hex("0000010F CA003B") + entryPoint, intra, "damaged VC-1 sequence header"),
        (hex("0000010F 4A003BF21B09") + entryPoint, intra, "damaged VC-1 sequence header"),
    ])
    func refusedAdvanced(_ configuration: [UInt8], _ unit: [UInt8], _ reason: String) {
        #expect(throws: PayloadFormatError(reason)) { try Self.format(.vc1, configuration, firstUnit: unit) }
    }

    /// Whatever a container leaves out is there: the frame's start code, and the headers before a point of random access.
    @Test func whatUnitsLack() throws {
        var packetizer = try Self.format(.vc1, hex("27") + Self.sequence + Self.entryPoint).packetizer(layout)
        let headers = Self.sequence + Self.entryPoint
        let steps: [(unit: [UInt8], isKey: Bool, sent: [UInt8], control: String)] = [
            (hex("C0123456"), true, headers + Self.intra, "E001"),
            (hex("00123456"), false, Self.predicted, "C001"),
            (Self.intra, true, headers + Self.intra, "E002"),
            (Self.intra, false, Self.intra, "C002"),
            (headers + Self.intra, true, headers + Self.intra, "E003"),
            // An entry point in band, also one that the container does not call a key frame.
            (Self.otherEntryPoint + Self.intra, false, Self.sequence + Self.otherEntryPoint + Self.intra, "E004"),
            (Self.intra, true, Self.sequence + Self.otherEntryPoint + Self.intra, "E005"),
            // A new sequence header toggles SL, the same again does not.
            (
                Self.otherSequence + Self.entryPoint + Self.intra, true,
                Self.otherSequence + Self.entryPoint + Self.intra, "F006"
            ),
            (Self.predicted, false, Self.predicted, "D006"),
            (Self.intra, true, Self.otherSequence + Self.entryPoint + Self.intra, "F007"),
            (headers + Self.intra, true, headers + Self.intra, "E008"),
            (hex("0000010A"), false, hex("0000010A"), "C008"),
            (Self.otherSequence, false, Self.otherSequence, "D008"),
        ]
        for step in steps {
            let made = try Packetized(&packetizer, step.unit, key: step.isKey, layout: layout)
            #expect(made.payloads == [hex(step.control) + step.sent])
        }
    }

    @Test func anotherSampleDescription() throws {
        var packetizer = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        _ = try Packetized(&packetizer, Self.intra, key: true, layout: layout)
        packetizer.configurationChanged(Self.otherSequence + Self.otherEntryPoint)
        let made = try Packetized(&packetizer, Self.intra, key: true, layout: layout)
        #expect(made.payloads == [hex("F002") + Self.otherSequence + Self.otherEntryPoint + Self.intra])
    }

    /// A packet ends before the last slice or field that begins in it; one larger than a packet fills packets.
    @Test func slicesAndFields() throws {
        var packetizer = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        let slice = hex("0000010B 08") + [UInt8](repeating: 0x55, count: 35)
        let large = hex("0000010B 10") + [UInt8](repeating: 0x66, count: 195)
        let field = hex("0000010C 20") + [UInt8](repeating: 0x77, count: 45)
        // 20 bytes, then at 60, 100, 140, 340, 390, 430.
        let unit = Self.predicted + [UInt8](repeating: 0x44, count: 12) + slice + slice + slice + large + field + slice
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads.map { $0.count - 2 } == [100, 40, 114, 86, 90])
        #expect(made.payloads.map { $0[0] } == [0x40, 0, 0, 0, 0x80])
        #expect(made.payloads[1][2..<7] == hex("0000010B08")[...])
        #expect(try depacketizeVC1(made.payloads) == unit)
    }

    /// The start code lies across the end of a full packet.
    @Test(arguments: 108...118) func startCodesAreNotCut(place: Int) throws {
        var packetizer = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        let unit =
            Self.predicted + [UInt8](repeating: 0x44, count: place - 8) + hex("0000010B")
            + [UInt8](repeating: 0x55, count: 60)
        let made = try Packetized(&packetizer, unit, layout: layout)
        #expect(made.payloads[0].count - 2 == min(place, 114))
        #expect(try depacketizeVC1(made.payloads) == unit)
    }

    @Test func emptyUnits() throws {
        var packetizer = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        #expect(throws: PacketizationError.malformed("empty VC-1 unit", offset: 0)) {
            try Packetized(&packetizer, [], layout: layout)
        }
    }

    @Test(arguments: 0..<40) func whateverComes(seed: UInt64) throws {
        var random = TestRandom(seed)
        let codes: [UInt8] = [0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x1D]
        var advanced = try Self.format(.vc1, Self.sequence + Self.entryPoint).packetizer(layout)
        var main = try Self.format(.wmv3, Self.mainWithB).packetizer(layout)
        for _ in 0..<30 {
            var unit: [UInt8] = []
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                unit += [0, 0, 1, codes.randomElement(using: &random)!]
                unit += random.bytes(Int.random(in: 0...90, using: &random))
            }
            unit = Array(unit.prefix(Int.random(in: 0...max(1, unit.count), using: &random)))
            #expect(try depacketizeVC1(Packetized(&main, unit, layout: layout).payloads) == unit)
            if let made = try? Packetized(&advanced, unit, key: .random(using: &random), layout: layout) {
                #expect(try depacketizeVC1(made.payloads).suffix(unit.count) == unit[...])
            }
            _ = try? Self.format(.vc1, unit)
            _ = try? Self.format(.wmv3, unit)
        }
    }
}

/// Without zeros, so without start codes.
private func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(1 + $0 % 251) } }

/// The access unit in payloads of one unit each, without the optional fields: RFC 4425 5.2, 5.3.
private func depacketizeVC1(_ payloads: [[UInt8]]) throws -> [UInt8] {
    var unit: [UInt8] = []
    for (index, payload) in payloads.enumerated() {
        guard payload.count >= 2, payload[0] & 0x0F == 0 else { throw DepacketizationError("AU control") }
        let (isFirst, isLast) = (index == 0, index == payloads.count - 1)
        let fragment: UInt8 = isFirst && isLast ? 3 : isFirst ? 1 : isLast ? 2 : 0
        guard payload[0] >> 6 == fragment else { throw DepacketizationError("FRAG of packet \(index)") }
        guard isFirst || payload[0] & 0x20 == 0 else { throw DepacketizationError("RA inside a frame") }
        guard payload[1] == payloads[0][1] else { throw DepacketizationError("RA count inside a frame") }
        unit += payload[2...]
    }
    return unit
}
