import MediaCore
import NIOCore
import RTP
import RTSP
import RTSPClient
import Testing

@testable import sluice

@Suite struct LoadReportTests {
    private static func meter(_ numbers: [UInt16]) -> StreamMeter {
        var meter = StreamMeter(clockRate: .video, epoch: .zero)
        for number in numbers {
            meter.receive(
                SequenceNumber(number), RTPTimestamp(UInt32(number) * 3600), bytes: 1000,
                at: .milliseconds(Int64(number) * 40))
        }
        meter.finish(isComplete: true)
        return meter
    }

    /// A viewer that got these packets, of which its socket dropped some more.
    private static func result(
        _ outcome: LoadViewerResult.Outcome = .completed, numbers: [UInt16], drops: Int64? = 0
    ) -> LoadViewerResult {
        var result = LoadViewerResult(outcome)
        result.meters = [meter(numbers)]
        result.drops = drops
        return result
    }

    private static func report(
        _ results: [LoadViewerResult], plan: LoadPlan? = nil, kernel: String? = "100 0 0",
        use: LoadThreads.Use = LoadThreads.Use(loops: [], readers: [], cpuSeconds: 1)
    ) -> LoadReport {
        let plan = plan ?? LoadPlan(urls: ["rtsp://h/f"], clients: results.count, carrier: .udp, ramp: 50)
        let counters = kernel.map {
            LoadKernelCounters(
                snmp: "Udp: InDatagrams RcvbufErrors InErrors\nUdp: \($0)\n", snmp6: "Ip6InOctets 1000000\n",
                netstat: "", softnet: "")
        }
        return LoadReport(
            plan: plan, results: results, elapsed: .seconds(10), server: nil, generator: use, kernel: counters)
    }

    @Test func aCleanRunHasNoWarning() {
        let report = Self.report([Self.result(numbers: [1, 2, 3]), Self.result(numbers: [7, 8])])
        #expect(report.isClean)
        #expect(report.warnings == [])
        #expect(report.packets == 5)
        #expect(report.completed == 2)
        #expect(!report.table.contains("warning"))
        #expect(report.table.contains("5 packets"))
    }

    /// What was dropped here is loss, but never without saying where.
    @Test func dropsOfOurOwnAreSaid() {
        let report = Self.report([Self.result(numbers: [1, 2, 5], drops: 2), Self.result(numbers: [1])])
        #expect(report.lost == 2)
        #expect(report.drops == 2)
        #expect(!report.isClean)
        #expect(report.warnings.count == 1)
        #expect(report.warnings[0].contains("dropped 2 datagrams at the generator's own sockets"))
        #expect(report.table.contains("dropped at the generator's sockets: 2"))
        let json = report.json.text
        #expect(json.contains("\"dropped_at_generator\": 2"))
        #expect(json.contains("\"lost\": 2"))
    }

    @Test func theServersLossIsNotOurs() {
        let report = Self.report([Self.result(numbers: [1, 2, 5])])
        #expect(report.table.contains("none dropped at the generator's sockets"))
        #expect(report.warnings == [])
    }

    @Test func dropsThatNobodyPlacesAreSaid() {
        let report = Self.report([Self.result(numbers: [1, 5], drops: nil)], kernel: "100 3 3")
        #expect(report.drops == nil)
        #expect(report.warnings.count == 1)
        #expect(report.warnings[0].contains("3 datagrams found no room"))
        #expect(report.json.text.contains("\"dropped_at_generator\": null"))
    }

    /// Slow viewers' drops are their purpose, and no loss.
    @Test func slowViewersAreNotMeasured() {
        var plan = LoadPlan(urls: ["rtsp://h/f"], clients: 2, carrier: .udp, ramp: 50)
        plan.slow = 1
        var slow = LoadViewerResult(.slow)
        slow.drops = 900
        let report = Self.report([slow, Self.result(numbers: [1, 2])], plan: plan, kernel: "100 900 900")
        #expect(report.isClean)
        #expect(report.slow == 1)
        #expect(report.drops == 0)
        #expect(report.warnings == [])
        #expect(report.table.contains("1 stopped reading"))
        #expect(report.table.contains("900 dropped at full sockets (900 of slow viewers)"))
    }

    /// What they lost or got late is in no figure of those who read on.
    @Test func stoppedViewersAreReportedApart() {
        var plan = LoadPlan(urls: ["rtsp://h/f"], clients: 3, carrier: .both, ramp: 50)
        (plan.slow, plan.slowAfter) = (2, .seconds(5))
        let report = Self.report(
            [
                Self.result(.slow, numbers: [1, 2, 4], drops: 7), Self.result(.slow, numbers: [5]),
                Self.result(numbers: [1, 2]),
            ], plan: plan)
        #expect(report.isClean)
        #expect((report.packets, report.lost, report.drops) == (2, 0, 0))
        #expect((report.stopped.viewers, report.stopped.packets, report.stopped.lost) == (2, 4, 1))
        #expect(report.stopped.drops == 7)
        #expect(report.table.contains("3 over UDP and TCP by turns: 1 completed, 2 stopped reading"))
        #expect(report.table.contains("2 viewers, until then: 4 packets, 1 lost"))
        #expect(report.json.text.contains("\"carrier\": \"both\""))
    }

    @Test func stoppedViewersHaveALatenessOfTheirOwn() {
        func viewer(_ outcome: LoadViewerResult.Outcome, lateBy delay: Int64) -> LoadViewerResult {
            var result = LoadViewerResult(outcome)
            var meter = StreamMeter(clockRate: .video, epoch: .zero)
            for number in 1...50 as ClosedRange<Int64> {
                meter.receive(
                    SequenceNumber(UInt16(number)), RTPTimestamp(UInt32(number) * 3600), bytes: 1000,
                    at: .milliseconds(40 * number + (number == 25 ? delay : 0)))
            }
            meter.finish(isComplete: true)
            result.meters = [meter]
            result.lateness = SessionLateness([meter], starts: [nil], wallClock: nil)
            return result
        }
        let report = Self.report([viewer(.slow, lateBy: 30), viewer(.completed, lateBy: 4)])
        #expect(report.lateness.map { (3900...4100).contains($0.maximum) } == true)
        #expect(report.stopped.lateness.map { (29_500...30_500).contains($0.maximum) } == true)
        #expect(report.lateness?.count == report.stopped.lateness?.count)
    }

    @Test func refusalsAreCountedByStatus() {
        let refused = LoadViewerResult(failed: ClientError.refused(.setup, .notEnoughBandwidth))
        let report = Self.report([
            refused, refused, LoadViewerResult(failed: ClientError.timeout(.play)),
            Self.result(.endedEarly("no packet for 10 s"), numbers: [1]),
        ])
        #expect(report.refusals == [453: 2])
        #expect((report.failed, report.endedEarly, report.completed) == (3, 1, 0))
        #expect(report.causes.first == LoadReport.Cause(text: "failed: SETUP: 453 Not Enough Bandwidth", viewers: 2))
        #expect(report.json.text.contains("\"453\": 2"))
    }

    @Test func aBusyGeneratorSaysSo() {
        var reader = DatagramReader.Use()
        reader.peakUse = 0.97
        reader.waitSeconds = 2
        reader.reads = 101
        let use = LoadThreads.Use(loops: [], readers: [reader], cpuSeconds: 9)
        let report = Self.report([Self.result(numbers: [1])], use: use)
        #expect(report.warnings.contains { $0.contains("used 97 % of a core") })
        #expect(report.warnings.contains { $0.contains("waited for a core 20 % of the time") })
        // The kernel says that 100 were read on the whole host.
        #expect(report.warnings.contains { $0.contains("do not hold what was received here") })
    }

    @Test func withoutProcThereIsNoKernelLine() {
        let report = Self.report([Self.result(numbers: [1])], kernel: nil)
        #expect(!report.table.contains("datagrams read on this host"))
        #expect(report.json.text.contains("\"kernel\": null"))
    }
}
