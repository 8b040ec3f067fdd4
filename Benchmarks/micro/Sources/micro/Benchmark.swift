/// Something that is done over and over.
struct Benchmark: Sendable {
    /// `subject/case`; no other has the same.
    let name: String
    /// What an operation is, in a word: a unit, a request, a wake-up.
    let operation: String
    /// Sets the stage, and returns what takes a sample of it. Every sample begins with the same state.
    let prepare: @Sendable () throws -> () throws -> Sample

    init(_ name: String, per operation: String, prepare: @escaping @Sendable () throws -> () throws -> Sample) {
        self.name = name
        self.operation = operation
        self.prepare = prepare
    }
}

/// Why a benchmark cannot be run: a clause for a person.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
