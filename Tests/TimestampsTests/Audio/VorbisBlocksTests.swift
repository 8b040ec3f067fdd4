import MediaCore
import Testing

@testable import Timestamps

@Suite struct VorbisBlocksTests {
    /// Bits, least significant first, as Vorbis writes them.
    private struct Bits {
        var bits: [UInt8] = []
        mutating func append(_ value: Int, _ count: Int) { bits += (0..<count).map { UInt8(value >> $0 & 1) } }
        var bytes: [UInt8] {
            stride(from: 0, to: bits.count, by: 8).map { start in
                bits[start..<min(start + 8, bits.count)].enumerated().reduce(0) { $0 | $1.element << $1.offset }
            }
        }
    }

    /// Something like codebooks, then modes with these block flags.
    static func setup(_ flags: [Int], junk: Int = 77) -> [UInt8] {
        var bits = Bits()
        for index in 0..<junk { bits.append(index * 37 % 2, 1) }
        bits.append(flags.count - 1, 6)
        for (index, flag) in flags.enumerated() {
            bits.append(flag, 1)
            bits.append(0, 32)
            bits.append(index % 64, 8)
        }
        bits.append(1, 1)
        return bits.bytes
    }

    static func configuration(_ flags: [Int], blocks: UInt8 = 0xB8) -> [UInt8] {
        let identification: [UInt8] =
            [1] + Array("vorbis".utf8) + [0, 0, 0, 0, 2, 0x44, 0xAC, 0, 0] + [UInt8](repeating: 0, count: 12)
            + [blocks, 1]
        return [2, 30, 1] + identification + [3] + setup(flags)
    }

    @Test(arguments: [[0], [1], [0, 1], [0, 1, 1, 0, 1], [Int](repeating: 1, count: 64)], 70...80)
    func modes(flags: [Int], junk: Int) throws {
        let modes = try #require(VorbisModes(setup: Self.setup(flags, junk: junk)))
        #expect(modes.count == flags.count)
        #expect(flags.indices.allSatisfy { modes.long >> UInt64($0) & 1 == UInt64(flags[$0]) })
    }

    @Test func noModes() {
        #expect(VorbisModes(setup: []) == nil)
        #expect(VorbisModes(setup: [0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(VorbisModes(setup: [UInt8](repeating: 0xFF, count: 60)) == nil)
        let setup = Self.setup([0, 1])
        for count in 0..<setup.count - 1 { _ = VorbisModes(setup: Array(setup[..<count])) }
    }

    /// Two modes, so that bit 1 tells the block and, of a long one, bit 2 what was before.
    @Test func counts() throws {
        var blocks = try #require(VorbisBlocks(configuration: Self.configuration([0, 1])))
        let (short, afterShort, afterLong): (UInt8, UInt8, UInt8) = (0b000, 0b010, 0b110)
        let packets: [(byte: UInt8, samples: Int)] = [
            (short, 128), (short, 128), (afterShort, 576), (afterLong, 1024), (short, 576), (short, 128),
        ]
        for (index, packet) in packets.enumerated() {
            let count = blocks.count(in: [packet.byte].span.bytes)
            #expect(count?.samples == packet.samples && count?.rate == 44_100)
            #expect(count?.grid == 64 && count?.isCertain == (index > 0))
        }
        blocks.reset()
        let afterReset = blocks.count(in: [afterLong].span.bytes)
        #expect(afterReset?.samples == 1024)
        blocks.reset()
        // Of the first mode, where nothing tells.
        let guess = blocks.count(in: [short].span.bytes)
        #expect(guess?.samples == 128 && guess?.isCertain == false)
        let nothing = blocks.count(in: [UInt8]().span.bytes)
        #expect(nothing == nil)
    }

    /// A chained stream of 8 kHz, other block sizes and one mode: headers have no samples, and count for what follows.
    @Test func chained() throws {
        var blocks = try #require(VorbisBlocks(configuration: Self.configuration([0, 1])))
        let first = blocks.count(in: [0].span.bytes)
        #expect(first?.rate == 44_100)
        let next = try #require(
            XiphHeaders(configuration: Self.configuration([1], blocks: 0x99), identificationSize: 30))
        var identification = next.identification
        (identification[12], identification[13]) = (0x40, 0x1F)
        for header in [identification, next.comment, [5] + next.setup] {
            let count = blocks.count(in: header.span.bytes)
            #expect(count?.samples == 0)
        }
        let count = blocks.count(in: [0].span.bytes)
        #expect(count?.samples == 256 && count?.rate == 8_000 && count?.isCertain == false)
        // Damaged headers change nothing.
        for header in [[1], [5], [3], [1, 2, 3, 4]] as [[UInt8]] {
            let damaged = blocks.count(in: header.span.bytes)
            #expect(damaged?.samples == 0)
        }
        let after = blocks.count(in: [0].span.bytes)
        #expect(after?.rate == 8_000)
    }

    @Test func oneBlockSize() throws {
        var blocks = try #require(VorbisBlocks(configuration: Self.configuration([1], blocks: 0x99)))
        // One mode: no bits for it.
        let count = blocks.count(in: [0b10].span.bytes)
        #expect(count?.samples == 256 && count?.grid == 256)
        #expect(VorbisBlocks(configuration: Self.configuration([0, 1], blocks: 0x8B)) == nil)
        #expect(VorbisBlocks(configuration: Self.configuration([0, 1], blocks: 0xE8)) == nil)
        #expect(VorbisBlocks(configuration: []) == nil)
    }

    /// Three modes need two bits; the fourth is none.
    @Test func unknownMode() throws {
        var blocks = try #require(VorbisBlocks(configuration: Self.configuration([0, 1, 1])))
        let fourth = blocks.count(in: [0b110].span.bytes)
        #expect(fourth == nil)
        let second = blocks.count(in: [0b100].span.bytes)
        #expect(second?.samples == 576)
        let third = blocks.count(in: [0b1010].span.bytes)
        #expect(third?.samples == 1024)
    }

    private static func samples(
        _ units: [(stamp: Int64?, bytes: [UInt8])], timeBase: TimeBase, rules: TimestampRules
    ) -> [Int64] {
        let codec = CodecDescription(codec: .vorbis, kind: .audio, configuration: configuration([0, 1]))
        var reconstructor = TimestampReconstructor(codec: codec, timeBase: timeBase, rules: rules)
        let times = reconstructor.times(
            of: units.map {
                (StoredUnit(decodeTicks: $0.stamp, presentationTicks: $0.stamp, isKey: true), $0.bytes)
            })
        return times.map { $0.presentationTime.ticks(at: ClockRate(hertz: 44_100)!) }
    }

    /// Libavformat's stamps of one page: the short block behind the long one is late by 448 samples.
    @Test func pageStamps() {
        let units: [(Int64?, [UInt8])] = [(-128, [0]), (0, [0]), (128, [0b010]), (704 + 448, [0]), (1280, [0])]
        let times = Self.samples(units, timeBase: TimeBase(1, 44_100), rules: .ogg)
        #expect(times == [-128, 0, 128, 704, 1280])
        // A landing: what was before the first block is not known, and its own stamp is late.
        let landed = Self.samples(Array(units[3...]), timeBase: TimeBase(1, 44_100), rules: .ogg)
        #expect(landed == [1152, 1280])
    }

    /// How long the first packet is, muxers see differently: the second one's stamp tells, on the grid of 64 samples.
    @Test(arguments: [(0, 1, 64), (0, 3, 128), (3, 3, 0)]) func roundedStamps(first: Int64, second: Int64, gap: Int64) {
        let units: [(Int64?, [UInt8])] = [
            (first, [0]), (second, [0]), (second + 3, [0b010]), (second + 16, [0b110]), (second + 39, [0b110]),
        ]
        let times = Self.samples(units, timeBase: TimeBase(1, 1000), rules: .matroska)
        let start = times[0] + gap
        #expect(Array(times[1...]) == [start, start + 128, start + 704, start + 1728])
    }

    /// Stamps that are a third of a millisecond late in truth, rounded: where a sequence begins anew, the first units' rounding is remembered.
    @Test func roundedLandings() {
        let codec = CodecDescription(codec: .vorbis, kind: .audio, configuration: Self.configuration([0, 1]))
        var first = TimestampReconstructor(codec: codec, timeBase: TimeBase(1, 1000), rules: .matroska)
        let block: [UInt8] = [0b110]
        let units = (0..<200).map { index -> PushedUnit in
            let late = (Double(index) * 1024 / 44_100 * 1000 + 0.4).rounded()
            return (StoredUnit(decodeTicks: Int64(late), presentationTicks: Int64(late), isKey: true), block)
        }
        let times = first.times(of: units).map(\.presentationTime)
        for start in 1..<200 {
            var landed = TimestampReconstructor(codec: codec, timeBase: TimeBase(1, 1000), rules: first.rules)
            landed.reset(to: .zero)
            #expect(landed.times(of: units[start...]).map(\.presentationTime) == Array(times[start...]))
        }
    }

    /// The next stream's stamps begin anew, and those of its last page are missing.
    @Test func chainedTimes() {
        var stream: [(Int64?, [UInt8])] = [(-128, [0]), (0, [0]), (128, [0b010])]
        stream += (0..<30).map { _ in (nil, [0b110]) }
        let headers: [(Int64?, [UInt8])] = [(0, [1]), (nil, [3]), (nil, [5])]
        let times = Self.samples(
            stream + headers + stream + headers + stream, timeBase: TimeBase(1, 44_100), rules: .ogg)
        let length: Int64 = 128 + 128 + 576 + 30 * 1024
        for (index, start) in [0, 36, 72].enumerated() {
            #expect(times[start] == -128 + Int64(index) * length)
            #expect(times[start + 32] - times[start] == length - 1024)
        }
    }

    /// Every page of Ogg says at which sample it ends.
    @Test(arguments: [44_100, 8_000]) func agreesWithPages(rate: Int) throws {
        let track = try StoredTrack(
            [
                "-f", "lavfi", "-i", "aevalsrc=0.5*sin(2*PI*t*(200+300*t))*lt(mod(t\\,0.7)\\,0.1):s=\(rate):d=8",
                "-c:a",
                "libvorbis", "-q:a", "3",
            ], name: "clip.ogg")
        let codec = CodecDescription(codec: .vorbis, kind: .audio, configuration: track.configuration)
        var counter = SampleCounter(codec)
        var expected: Int64?
        var stamps = 0
        var sizes: Set<Int> = []
        for unit in track.units {
            let found = counter.count(in: unit.bytes.span.bytes)
            let count = try #require(found)
            if let stamp = unit.presentation {
                // Libavformat reckons them back from the end of the page.
                if let expected { #expect(stamp == expected + Int64(count.stampLag)) }
                expected = expected ?? stamp
                stamps += 1
            }
            #expect(count.rate == rate && track.timeBase == TimeBase(1, Int32(rate)))
            expected = expected.map { $0 + Int64(count.samples) }
            sizes.insert(count.samples)
        }
        // At 8 kHz the encoder has but one size for this.
        #expect(stamps >= 2 && (sizes.count == 3 || rate == 8_000))
    }
}
