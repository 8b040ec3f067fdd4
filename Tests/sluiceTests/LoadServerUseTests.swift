import Testing

@testable import sluice

@Suite struct LoadServerUseTests {
    private static func reading(cpu: Double = 0, kilobytes: Int64, threads: Int = 4) -> LoadServerProcess.Reading {
        LoadServerProcess.Reading(cpuSeconds: cpu, residentBytes: kilobytes * 1000, threads: threads)
    }

    @Test func findsTheSlopeOfTheRamp() {
        var use = LoadServerUse(Self.reading(cpu: 1, kilobytes: 40_000))
        for viewers in 1...50 {
            use.add(Self.reading(kilobytes: 40_000 + 300 * Int64(viewers), threads: 9), playing: viewers)
        }
        // They leave; the server keeps its memory.
        use.add(Self.reading(cpu: 3.5, kilobytes: 54_000), playing: 10)
        use.add(Self.reading(cpu: 3.5, kilobytes: 47_000), playing: 0)
        #expect(use.residentBytesPerViewer == 300_000)
        #expect(use.peakResidentBytes == 55_000_000)
        #expect(use.end.residentBytes == 47_000_000)
        #expect(use.peakThreads == 9)
        #expect(use.cpuSeconds == 2.5)
    }

    @Test func withoutViewersThereIsNoSlope() {
        var use = LoadServerUse(Self.reading(kilobytes: 40_000))
        use.add(Self.reading(kilobytes: 41_000), playing: 0)
        #expect(use.residentBytesPerViewer == nil)
    }

    @Test func readsProcFiles() {
        let stat = "1234 (a (b) c) S 1 1 1 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 9 0 100"
        #expect(LoadServerProcess.cpuTicks(stat) == 300)
        #expect(LoadServerProcess.cpuTicks("1234 (a") == nil)
        #expect(LoadServerProcess.field("VmRSS", of: "Name:\tx\nVmRSS:\t  4711 kB\n") == 4711)
        #expect(LoadServerProcess.field("VmHWM", of: "VmRSS: 1 kB") == nil)
    }

    @Test func aMissingProcessIsAnError() {
        #expect(throws: LoadProcessError.self) { try LoadServerProcess(id: 1 << 30).read() }
    }
}
