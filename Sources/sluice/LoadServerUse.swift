/// The server's process over a run.
struct LoadServerUse: Sendable {
    let start: LoadServerProcess.Reading
    private(set) var end: LoadServerProcess.Reading
    /// The largest of the samples.
    private(set) var peakResidentBytes: Int64
    private(set) var peakThreads: Int
    /// Sums over the samples for the line of best fit through (viewers playing, resident bytes).
    private var samples = 0.0
    private var viewers = 0.0
    private var resident = 0.0
    private var viewersSquared = 0.0
    private var products = 0.0
    private var mostViewers = 0

    init(_ start: LoadServerProcess.Reading) {
        self.start = start
        self.end = start
        self.peakResidentBytes = start.residentBytes
        self.peakThreads = start.threads
        fit(start, playing: 0)
    }

    /// Takes the next sample.
    /// - Parameter playing: viewers that play at this time.
    mutating func add(_ reading: LoadServerProcess.Reading, playing: Int) {
        end = reading
        peakResidentBytes = max(peakResidentBytes, reading.residentBytes)
        peakThreads = max(peakThreads, reading.threads)
        // While they leave, the memory is kept for those who may come: the slope is that of the ramp.
        if playing >= mostViewers {
            mostViewers = playing
            fit(reading, playing: playing)
        }
    }

    private mutating func fit(_ reading: LoadServerProcess.Reading, playing: Int) {
        let (x, y) = (Double(playing), Double(reading.residentBytes - start.residentBytes))
        samples += 1
        viewers += x
        resident += y
        viewersSquared += x * x
        products += x * y
    }

    var cpuSeconds: Double { end.cpuSeconds - start.cpuSeconds }

    /// Resident bytes that one more viewer costs, by the line of best fit while viewers were started; nil with fewer
    /// than two different numbers of them.
    var residentBytesPerViewer: Int64? {
        let spread = samples * viewersSquared - viewers * viewers
        guard spread > 0 else { return nil }
        return Int64((samples * products - viewers * resident) / spread)
    }
}
