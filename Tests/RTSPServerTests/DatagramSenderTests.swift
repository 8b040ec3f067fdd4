import Testing

@testable import RTSPServer

@Suite struct DatagramSenderTests {}
