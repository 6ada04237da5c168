public import LLMBatchCore

/// What every ``LLMBatchCore/BatchStorage`` has to get right, as named cases that need no test framework.
///
/// A writer of a storage runs every case against it, each on a storage of its own that holds nothing yet:
///
/// ```swift
/// @Test(arguments: StorageConformance.cases)
/// func conforms(_ oneCase: StorageConformance.Case) async throws {
///     try await StorageConformance.run(oneCase) { MyStorage() }
/// }
/// ```
///
/// A case that fails throws a ``ConformanceFailure``, which tells what was expected, what came, and where it was asked.
public enum StorageConformance {
    /// Makes a fresh, empty storage; a case about copies asks for two.
    public typealias Factory = @Sendable () async throws -> any BatchStorage

    /// One promise of a storage, by name.
    public struct Case: Sendable, CustomStringConvertible {
        /// What is promised, unique among all cases: "concept: promise".
        public let name: String
        let body: @Sendable (Factory) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any BatchStorage) async throws -> Void) {
            self.name = name
            self.body = { make in try await body(try await make()) }
        }

        /// A case about two storages, such as a batch and its copy.
        init(_ name: String, two body: @escaping @Sendable (any BatchStorage, any BatchStorage) async throws -> Void) {
            self.name = name
            self.body = { make in try await body(try await make(), try await make()) }
        }

        /// The name.
        public var description: String { name }
    }

    /// All cases, grouped by concept; none depends on another.
    public static let cases: [Case] =
        making + lines + askedLines + customIDs + duplicates + names + inDrivenBatches + queries + copies + reuse
        + atScale

    private static var inDrivenBatches: [Case] {
        claims + staleClaims + attempts + attemptRefusals + jobs + endings + ingesting + anomalies + currentAnswers
            + cancelling + amending + singleJobs
    }

    private static var queries: [Case] {
        records + listing + listingPages + requestPages + lookUps + resultPages + history
    }

    private static var copies: [Case] { tries + copying + copyRefusals }

    private static var atScale: [Case] { concurrency + manyRequests + randomWalks }

    /// Runs one case on storages that `make` gives, each of which must be fresh and empty.
    ///
    /// - Throws: ``ConformanceFailure`` when the promise is not kept; whatever the storage throws unexpectedly.
    public static func run(_ oneCase: Case, on make: Factory) async throws {
        try await oneCase.body(make)
    }
}
