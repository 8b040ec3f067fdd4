import ArgumentParser
import RTSPClient
import Testing

@testable import sluice

@Suite struct LoadCarrierTests {
    @Test func halfOfTheViewersOfEachURL() {
        for urls in 1...3 {
            let carriers = (0..<12).map { LoadCarrier.both.carrier(of: $0, urls: urls) }
            #expect(carriers.count { $0 == .udp } == 6)
            for url in 0..<urls {
                let own = carriers.indices.filter { $0 % urls == url }.map { carriers[$0] }
                #expect(own == own.indices.map { $0 % 2 == 0 ? .udp : .tcp })
            }
        }
        #expect((0..<4).allSatisfy { LoadCarrier.udp.carrier(of: $0, urls: 1) == .udp })
        #expect((0..<4).allSatisfy { LoadCarrier.tcp.carrier(of: $0, urls: 1) == .tcp })
    }

    @Test func onlyTCPNeedsNoPorts() {
        #expect(LoadCarrier.allCases.filter { !$0.usesDatagrams } == [.tcp])
    }

    @Test(arguments: [
        ["rtsp://h/f", "--tcp", "--both"], ["rtsp://h/f", "--slow-after", "-1"],
        ["rtsp://h/f", "-n", "3", "--slow", "1", "--seconds", "5", "--slow-after", "5"],
    ])
    func refusedFlags(arguments: [String]) {
        #expect(throws: (any Error).self) { try LoadCommand.parse(arguments) }
    }

    @Test func acceptedFlags() throws {
        let arguments = ["rtsp://h/f", "-n", "3", "--both", "--slow", "1", "--slow-after", "4", "--seconds", "5"]
        let command = try LoadCommand.parse(arguments)
        #expect(command.both && command.slowAfter == 4)
    }
}
