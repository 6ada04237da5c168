/// Extends the engine for batches with a definition: how answers are validated, and what a retry sends.
///
/// Core has no policy of its own. Typed jobs implement it: an answer without a valid value for each of its rows is
/// `invalid`, and a retry sends only the rows without a value.
package protocol BatchPolicy: Sendable {
    /// Returns the result to store.
    ///
    /// - Parameter line: the request line that was sent.
    func judged(_ result: IncomingResult, asked line: [UInt8]) -> IncomingResult

    /// Returns what a retry sends of a request.
    ///
    /// - Parameter tries: all tries of the request, first to last.
    func retried(_ request: StoredRequest, after tries: [RequestTry]) -> RetriedRequest
}

/// Reads what makes a batch more than its requests, from its stored definition (``BatchRecord/definition``).
///
/// Batches of typed jobs need the reader of the module LLMBatchTypedJobs, whose `load` passes it.
public struct BatchPolicyReader: Sendable {
    private let read: @Sendable (_ definition: String) throws -> any BatchPolicy

    package init(_ read: @escaping @Sendable (_ definition: String) throws -> any BatchPolicy) { self.read = read }

    /// The policy of a batch with this definition.
    package func callAsFunction(_ definition: String) throws -> any BatchPolicy { try read(definition) }
}
