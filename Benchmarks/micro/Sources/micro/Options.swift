/// The command line.
struct Options {
    /// Benchmarks whose name holds this; all if empty.
    var filter = ""
    var isJSON = false
    /// Thresholds to hold.
    var check: String?
    /// Thresholds to write.
    var write: String?
    /// Allocations only.
    var isUntimed = false
    var wantsHelp = false

    static let help = """
        usage: micro [--filter TEXT] [--json] [--untimed] [--check FILE] [--write FILE]

        CPU time of an operation in ns: the least, the median and the 99th percentile of 30 to 400 samples. Operations a second and
        MB/s (10^6 bytes) are by the median. Allocations of an operation are counted apart and are the same in every run.

          --filter TEXT  only benchmarks whose name holds TEXT
          --json         print JSON, not a table
          --untimed      count allocations, measure no times: takes seconds
          --check FILE   exit with 1 if an operation allocates more than FILE allows
          --write FILE   write what the operations allocate to FILE
        """

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--filter": filter = try Self.value(of: argument, &rest)
            case "--json": isJSON = true
            case "--untimed": isUntimed = true
            case "--check": check = try Self.value(of: argument, &rest)
            case "--write": write = try Self.value(of: argument, &rest)
            case "--help", "-h": wantsHelp = true
            default: throw BenchmarkError("unknown argument \(argument)\n\(Self.help)")
            }
        }
        if write != nil, !filter.isEmpty { throw BenchmarkError("--write takes all benchmarks, so no --filter") }
    }

    private static func value(of name: String, _ rest: inout ArraySlice<String>) throws -> String {
        guard let value = rest.popFirst() else { throw BenchmarkError("\(name) needs a value\n\(help)") }
        return value
    }
}
