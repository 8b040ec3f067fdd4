/// From a picture's samples as they lie in memory to groups of pixels, RFC 4175 4.3: the same samples in another order.
struct RawConversion: Hashable, Sendable {
    let pixels: RawPixels
    /// As what they travel.
    let sampling: RawSampling
    /// Pixels, both the picture's.
    let width: Int
    let height: Int
    /// Pixels in a line that make whole bytes, and these bytes, with those of the lines below that belong to the same group.
    let groupWidth: Int
    let groupBytes: Int
    /// Bytes in memory are the bytes on the wire.
    private let isCopied: Bool

    /// - Parameter sampling: one for the pixels' own components, with no fewer samples of each.
    init(_ pixels: RawPixels, as sampling: RawSampling, width: Int, height: Int) {
        let bits = sampling.samples.count * pixels.depth
        var repeats = 1
        while repeats * bits % 8 != 0 { repeats += 1 }
        self.pixels = pixels
        self.sampling = sampling
        self.width = width
        self.height = height
        groupWidth = repeats * sampling.width
        groupBytes = repeats * bits / 8
        let first = sampling.samples[0]
        let start = pixels.components[first.component].place(x: first.x, line: first.line)
        isCopied =
            pixels.depth == 8
            && sampling.samples.enumerated().allSatisfy { index, sample in
                let component = pixels.components[sample.component]
                return component.place(x: sample.x, line: sample.line) == start + index && sample.line == 0
                    && (sampling.width >> component.shiftX) * component.sampleStep == sampling.samples.count
                    && component.lineStep == pixels.components[first.component].lineStep && component.shiftY == 0
            }
    }

    /// Writes `groups` groups of `groupBytes` bytes, the first at pixel `x` of `line`.
    ///
    /// - Precondition: they lie in the picture.
    func write(_ picture: UnsafeRawPointer, line: Int, x: Int, groups: Int, to output: UnsafeMutableRawPointer) {
        if isCopied {
            let first = sampling.samples[0]
            let place = pixels.components[first.component].place(x: x + first.x, line: line)
            output.copyMemory(from: picture + place, byteCount: groups * groupBytes)
        } else if pixels.depth == 8 {
            writeBytes(picture, line: line, x: x, groups: groups, to: output)
        } else {
            writeBits(picture, line: line, x: x, groups: groups, to: output)
        }
    }

    private func writeBytes(
        _ picture: UnsafeRawPointer, line: Int, x: Int, groups: Int, to output: UnsafeMutableRawPointer
    ) {
        let count = sampling.samples.count
        for index in 0..<count {
            let sample = sampling.samples[index]
            let component = pixels.components[sample.component]
            let step = (sampling.width >> component.shiftX) * component.sampleStep
            var source = picture + component.place(x: x + sample.x, line: line + sample.line)
            var target = output + index
            for _ in 0..<groups {
                target.storeBytes(of: source.load(as: UInt8.self), as: UInt8.self)
                source += step
                target += count
            }
        }
    }

    private func writeBits(
        _ picture: UnsafeRawPointer, line: Int, x: Int, groups: Int, to output: UnsafeMutableRawPointer
    ) {
        var bits: UInt64 = 0
        var count = 0
        var target = output
        let mask = UInt64(1) << UInt64(pixels.depth) - 1
        for start in stride(from: x, to: x + groups * groupWidth, by: sampling.width) {
            for sample in sampling.samples {
                let component = pixels.components[sample.component]
                let place = component.place(x: start + sample.x, line: line + sample.line)
                let stored = (picture + place).loadUnaligned(as: UInt16.self)
                let value = pixels.isBigEndian ? UInt16(bigEndian: stored) : UInt16(littleEndian: stored)
                bits = bits << UInt64(pixels.depth) | UInt64(value) >> UInt64(pixels.lowBits) & mask
                count += pixels.depth
                while count >= 8 {
                    count -= 8
                    target.storeBytes(of: UInt8(truncatingIfNeeded: bits >> UInt64(count)), as: UInt8.self)
                    target += 1
                }
            }
        }
    }
}
