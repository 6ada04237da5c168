import LLMBatch

/// What is said of a file that has to be converted first ends in the command that was typed, reading standard input.
enum PipedCommand {
    /// Reads a file; in what that throws, `llmbatch … - …` becomes the command as it was typed.
    static func hinted<Value>(
        _ file: String, format: String? = nil, _ work: () async throws -> Value
    ) async throws -> Value {
        do { return try await work() } catch let error as LLMBatchError where file != "-" {
            let typed = Terminal.command(reading: file, adding: format.map { [("--format", $0)] } ?? [])
            let hint = error.hint?.replacing("llmbatch run - …", with: typed)
                .replacing("llmbatch job run - --format csv|jsonl …", with: typed)
            var told = LLMBatchError(error.code, error.message, hint: hint, kind: error.kind)
            told.batch = error.batch
            throw told
        }
    }
}
