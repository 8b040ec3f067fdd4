/// A VP8 frame made by hand, RFC 6386 9 and 19.2: a header as wanted, and partitions of any bytes.
package struct VP8TestFrame {
    package var isKey = false
    package var isShown = true
    /// refresh_golden_frame, refresh_alternate_frame, refresh_last, refresh_entropy_probs.
    package var refreshes = (golden: false, alternate: false, last: true, probabilities: false)
    /// copy_buffer_to_golden, copy_buffer_to_alternate: 0 to 3.
    package var copies = (golden: 0, alternate: 0)
    /// update_mb_segmentation_map and update_segment_feature_data; nil without segments.
    package var segments: (map: Bool, data: Bool)?
    /// mode_ref_lf_delta_update; nil without such adjustments.
    package var filterUpdate: Bool?
    /// quant_indices have all five differences.
    package var hasQuantizerDifferences = false
    /// Behind the header in the first partition.
    package var modes: [UInt8] = []
    /// 1, 2, 4 or 8.
    package var partitions: [[UInt8]] = [[1, 2, 3]]

    package init() {}

    package var bytes: [UInt8] {
        let first = header + modes
        let tag = (isKey ? 0 : 1) | (isShown ? 0x10 : 0) | first.count << 5
        var frame = Self.three(tag)
        // 176x144
        if isKey { frame += [0x9D, 0x01, 0x2A, 176, 0, 144, 0] }
        frame += first
        for partition in partitions.dropLast() { frame += Self.three(partition.count) }
        return frame + partitions.flatMap { $0 }
    }

    private static func three(_ number: Int) -> [UInt8] {
        [0, 8, 16].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private var header: [UInt8] {
        var writer = BoolWriter()
        if isKey { writer.put(0, 2) }
        writer.put(segments == nil ? 0 : 1, 1)
        if let segments { writer.putSegments(map: segments.map, data: segments.data) }
        writer.put(0b0_101010_011, 10)
        writer.put(filterUpdate == nil ? 0 : 1, 1)
        if let filterUpdate {
            writer.put(filterUpdate ? 1 : 0, 1)
            if filterUpdate { for place in 0..<8 { writer.putOptional(place % 3 == 0 ? 0b101101_1 : nil, 7) } }
        }
        writer.put([1: 0, 2: 1, 4: 2, 8: 3][partitions.count]!, 2)
        writer.put(0b1010011, 7)
        for _ in 0..<5 { writer.putOptional(hasQuantizerDifferences ? 0b1011_0 : nil, 5) }
        if isKey {
            writer.put(1, 1)
        } else {
            writer.put(refreshes.golden ? 1 : 0, 1)
            writer.put(refreshes.alternate ? 1 : 0, 1)
            if !refreshes.golden { writer.put(copies.golden, 2) }
            if !refreshes.alternate { writer.put(copies.alternate, 2) }
            writer.put(0b01, 2)
            writer.put(refreshes.probabilities ? 1 : 0, 1)
            writer.put(refreshes.last ? 1 : 0, 1)
        }
        return writer.finish()
    }
}

/// The boolean entropy encoder of RFC 6386 7.3, for bits of even probability.
private struct BoolWriter {
    private var output: [UInt8] = []
    private var range: UInt32 = 255
    private var bottom: UInt32 = 0
    private var bitCount = 24

    /// Most significant bit first.
    mutating func put(_ value: Int, _ bits: Int) {
        for place in (0..<bits).reversed() { put(value >> place & 1 == 1) }
    }

    /// A flag, and the value if there is one.
    mutating func putOptional(_ value: Int?, _ bits: Int) {
        put(value != nil)
        if let value { put(value, bits) }
    }

    mutating func putSegments(map: Bool, data: Bool) {
        put(map)
        put(data)
        if data {
            put(true)
            for place in 0..<4 { putOptional(place == 1 ? 0b1100110_1 : nil, 8) }
            for place in 0..<4 { putOptional(place == 2 ? 0b110011_0 : nil, 7) }
        }
        if map { for place in 0..<3 { putOptional(place == 0 ? 200 : nil, 8) } }
    }

    private mutating func put(_ bit: Bool) {
        let split = 1 + (range - 1) >> 1
        if bit {
            bottom &+= split
            range -= split
        } else {
            range = split
        }
        while range < 128 {
            range <<= 1
            if bottom & 1 << 31 != 0 { carry() }
            bottom <<= 1
            bitCount -= 1
            guard bitCount == 0 else { continue }
            output.append(UInt8(bottom >> 24))
            bottom &= 0xFF_FFFF
            bitCount = 8
        }
    }

    private mutating func carry() {
        var place = output.count - 1
        while place >= 0, output[place] == 255 {
            output[place] = 0
            place -= 1
        }
        if place >= 0 { output[place] += 1 }
    }

    mutating func finish() -> [UInt8] {
        // Enough to push all that counts out.
        put(0, 40)
        return output
    }
}
