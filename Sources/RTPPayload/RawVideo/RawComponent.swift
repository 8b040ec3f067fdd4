/// Where the samples of one colour component lie in a picture.
struct RawComponent: Hashable, Sendable {
    /// Bytes from the picture's start to the component's first sample.
    var offset: Int
    /// Bytes from a sample to the next in its line, and to the one below it.
    var sampleStep: Int
    var lineStep: Int
    /// Logarithms of how many pixels share a sample in a line, and how many lines do.
    var shiftX = 0
    var shiftY = 0

    /// Of the sample for a pixel.
    @inline(__always)
    func place(x: Int, line: Int) -> Int {
        offset + (line >> shiftY) * lineStep + (x >> shiftX) * sampleStep
    }
}

/// Which samples make a group of pixels, and in which order: RFC 4175 4.3.
struct RawSampling: Hashable, Sendable {
    /// One sample: which component's, of which of the group's pixels.
    struct Sample: Hashable, Sendable {
        let component: Int
        var x = 0
        var line = 0
    }

    /// As fmtp spells it.
    let name: String
    /// Pixels of the smallest group in a line, and lines in it.
    let width: Int
    let lines: Int
    let samples: [Sample]

    static let rgb = RawSampling(name: "RGB", [0, 1, 2])
    static let bgr = RawSampling(name: "BGR", [2, 1, 0])
    static let rgba = RawSampling(name: "RGBA", [0, 1, 2, 3])
    static let bgra = RawSampling(name: "BGRA", [2, 1, 0, 3])
    /// Cb, Y, Cr.
    static let yCbCr444 = RawSampling(name: "YCbCr-4:4:4", [1, 0, 2])
    /// Cb, Y0, Cr, Y1.
    static let yCbCr422 = RawSampling(
        name: "YCbCr-4:2:2", width: 2, lines: 1,
        samples: [Sample(component: 1), Sample(component: 0), Sample(component: 2), Sample(component: 0, x: 1)])
    /// Y00, Y01, Y10, Y11, Cb, Cr.
    static let yCbCr420 = RawSampling(
        name: "YCbCr-4:2:0", width: 2, lines: 2,
        samples: [
            Sample(component: 0), Sample(component: 0, x: 1), Sample(component: 0, line: 1),
            Sample(component: 0, x: 1, line: 1), Sample(component: 1), Sample(component: 2),
        ])
    /// Cb, Y0, Y1, Cr, Y2, Y3.
    static let yCbCr411 = RawSampling(
        name: "YCbCr-4:1:1", width: 4, lines: 1,
        samples: [
            Sample(component: 1), Sample(component: 0), Sample(component: 0, x: 1), Sample(component: 2),
            Sample(component: 0, x: 2), Sample(component: 0, x: 3),
        ])

    private init(name: String, width: Int, lines: Int, samples: [Sample]) {
        (self.name, self.width, self.lines, self.samples) = (name, width, lines, samples)
    }

    /// One pixel.
    private init(name: String, _ components: [Int]) {
        self.init(name: name, width: 1, lines: 1, samples: components.map { Sample(component: $0) })
    }
}
