/// A storage that finds answers by what was asked: what reusing them needs.
public protocol AnswerFinding: BatchStorage {
    /// Successful answers to these contents, of any visible batch, as they are stored; a content without one is left out.
    ///
    /// An answer is found once its provider job has ended, until its batch is removed. Of several, any one is given, but
    /// one of an imported batch only where there is no other.
    ///
    /// - Parameters:
    ///   - contents: some hundred at most; no more is held in memory.
    ///   - fromImports: whether answers count that came in a portable file (``BatchRecord/importedAt``), which anybody may
    ///     have written.
    func answers(to contents: [RequestContent], fromImports: Bool) async throws -> [RequestContent: BatchResult]
}

extension AnswerFinding {
    /// Successful answers to these contents that did not come in a portable file.
    public func answers(to contents: [RequestContent]) async throws -> [RequestContent: BatchResult] {
        try await answers(to: contents, fromImports: false)
    }
}

extension ResultSource {
    /// An answer that was already in the storage.
    public static let reused = ResultSource(file: "reused", line: 0)
}
