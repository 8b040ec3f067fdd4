import ByteFixtures
import MediaCore
import RTPPayload
import Testing

@Suite struct MPEG4GenericAggregateTests {
    private static func aggregate(_ layout: PacketLayout) throws -> MPEG4GenericAggregate {
        let format = try PayloadFormat.make(
            for: CodecDescription(
                codec: .aac, kind: .audio, configuration: hex("1210"), sampleRate: 44_100, channels: 2))
        return try #require(format.makeAggregate(layout: layout, payloadType: 96))
    }

    /// When unit `index` of a track at 44.1 kHz is presented.
    private static func time(_ index: Int) -> MediaTime {
        MediaTime(ticks: Int64(index) * 1024, timeBase: TimeBase(1, 44_100))
    }

    @Test(arguments: [0, 4]) func `every packet is FFmpeg's`(prefix: Int) throws {
        let golden = try GoldenFile("aac-ffmpeg-shared")
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: golden.mtu)
        var aggregate = try #require(
            PayloadFormat.make(for: golden.codec).makeAggregate(layout: layout, payloadType: 96))
        var next = 0
        #expect(golden.packets.count >= 5)
        for packet in golden.packets {
            let count = (Int(packet[12]) * 256 + Int(packet[13])) / 16
            #expect(count > 1)
            for unit in golden.units[next..<next + count] {
                #expect(try aggregate.append(unit.bytes.span.bytes, at: Self.time(next)))
                next += 1
            }
            #expect(aggregate.count == count)
            let ours = try written(&aggregate, prefix: prefix)
            #expect(GoldenFile.comparable(ours) == GoldenFile.comparable(packet))
        }
        // FFmpeg keeps back the last ones in wait of more.
        #expect(next >= golden.units.count - 2)
    }

    @Test(arguments: [128, 200, 1372, 9000], [0, 4]) func `units fit up to the limit`(mtu: Int, prefix: Int) throws {
        let layout = PacketLayout(prefix: prefix, maximumPacketSize: mtu)
        var random = TestRandom(UInt64(mtu))
        for beyond in [-1, 0, 1] {
            var aggregate = try Self.aggregate(layout)
            let first = random.bytes(40)
            // RTP header, AU-headers-length and two AU-headers.
            let second = random.bytes(mtu - 12 - 2 - 4 - first.count + beyond)
            #expect(try aggregate.append(first.span.bytes, at: Self.time(0)))
            let fits = second.count <= 8191 && beyond <= 0
            #expect(try aggregate.append(second.span.bytes, at: Self.time(1)) == fits)
            let size = aggregate.wireSize
            let packet = try written(&aggregate, prefix: prefix)
            #expect(size == prefix + packet.count)
            #expect(try depacketized(packet) == (fits ? [first, second] : [first]))
            #expect(aggregate.count == 0 && aggregate.wireSize == 0)
        }
    }

    @Test func `a unit that does not fit alone is not taken`() throws {
        var aggregate = try Self.aggregate(PacketLayout(prefix: 0, maximumPacketSize: 200))
        #expect(try !aggregate.append([UInt8](repeating: 1, count: 185).span.bytes, at: .zero))
        #expect(try aggregate.append([UInt8](repeating: 1, count: 184).span.bytes, at: .zero))
        #expect(throws: PacketizationError.malformed("empty access unit", offset: 0)) {
            try aggregate.append([UInt8]().span.bytes, at: .zero)
        }
        #expect(aggregate.count == 1)
    }

    @Test func `a unit whose time does not follow begins another packet`() throws {
        var aggregate = try Self.aggregate(PacketLayout(prefix: 0, maximumPacketSize: 1372))
        let unit: [UInt8] = [1, 2, 3]
        let tooFar = MediaTime(nanoseconds: 1_001_000)
        #expect(try aggregate.append(unit.span.bytes, at: Self.time(5)))
        #expect(try !aggregate.append(unit.span.bytes, at: Self.time(6) + tooFar))
        #expect(try !aggregate.append(unit.span.bytes, at: Self.time(6) - tooFar))
        #expect(try !aggregate.append(unit.span.bytes, at: Self.time(5)))
        // Containers round to milliseconds.
        #expect(try aggregate.append(unit.span.bytes, at: Self.time(6) + .microseconds(900)))
        #expect(try aggregate.append(unit.span.bytes, at: Self.time(7) - .microseconds(900)))
        #expect(aggregate.count == 3)
    }

    @Test func `without room nothing is written and nothing lost`() throws {
        var aggregate = try Self.aggregate(PacketLayout(prefix: 4, maximumPacketSize: 1372))
        let unit: [UInt8] = [1, 2, 3]
        #expect(try aggregate.append(unit.span.bytes, at: .zero))
        #expect(throws: PacketizationError.outputFull) {
            try written(&aggregate, prefix: 4, capacity: aggregate.wireSize - 1)
        }
        #expect(try depacketized(written(&aggregate, prefix: 4)) == [unit])
    }

    @Test func `other formats have no packets of several units`() throws {
        let layout = PacketLayout(prefix: 0, maximumPacketSize: 1372)
        for codec in [Codec.mpegAudio, .opus] {
            let format = try PayloadFormat.make(
                for: CodecDescription(codec: codec, kind: .audio, sampleRate: 48_000, channels: 2))
            #expect(format.makeAggregate(layout: layout, payloadType: 96) == nil)
        }
    }

    /// The packet that holds what was collected.
    private func written(
        _ aggregate: inout MPEG4GenericAggregate, prefix: Int, capacity: Int? = nil
    ) throws(PacketizationError) -> [UInt8] {
        let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity ?? 10_000, alignment: 1)
        defer { storage.deallocate() }
        storage.initializeMemory(as: UInt8.self, repeating: 0xA5)
        // SAFETY: the storage outlives the span.
        var output = OutputRawSpan(buffer: storage, initializedCount: 0)
        var runs: [PacketRun] = []
        var failure: PacketizationError?
        do { try aggregate.write(into: &output, runs: &runs, base: 7) } catch { failure = error }
        let count = output.finalize(for: storage)
        if let failure {
            #expect(count == 0 && runs.isEmpty)
            throw failure
        }
        let size = Int32(count - prefix)
        #expect(runs == [PacketRun(offset: 7, count: 1, packetSize: size, lastPacketSize: size)])
        #expect(storage[..<prefix].allSatisfy { $0 == 0 })
        return Array(storage[prefix..<count])
    }

    /// RFC 3640 3.2.1: the units of a packet.
    private func depacketized(_ packet: [UInt8]) throws -> [[UInt8]] {
        #expect(packet[0] == 0x80 && packet[1] == 0x80 | 96)
        let headers = (Int(packet[12]) * 256 + Int(packet[13])) / 8
        var place = 14 + headers
        var units: [[UInt8]] = []
        for header in stride(from: 14, to: 14 + headers, by: 2) {
            let word = Int(packet[header]) * 256 + Int(packet[header + 1])
            #expect(word & 7 == 0, "AU-Index and AU-Index-delta")
            units.append(Array(packet[place..<place + word >> 3]))
            place += word >> 3
        }
        #expect(place == packet.count)
        return units
    }
}
