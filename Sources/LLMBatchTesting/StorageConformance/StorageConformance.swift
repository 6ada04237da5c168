public import LLMBatchCore

/// The requirements that every ``LLMBatchCore/BatchStorage`` must meet, as named cases that need no test framework.
///
/// The author of a storage runs every case against it, each on a new, empty storage:
///
/// ```swift
/// @Test(arguments: StorageConformance.cases)
/// func conforms(_ oneCase: StorageConformance.Case) async throws {
///     try await StorageConformance.run(oneCase) { MyStorage() }
/// }
/// ```
///
/// A case that fails throws a ``ConformanceFailure`` with the expected and actual values and the place of the check.
public enum StorageConformance {
    /// Creates a fresh, empty storage. A case about copies calls it twice.
    public typealias Factory = @Sendable () async throws -> any BatchStorage

    /// One requirement for a storage, by name.
    public struct Case: Sendable, CustomStringConvertible {
        /// The requirement, unique among all cases: "concept: promise".
        public let name: String
        let body: @Sendable (Factory) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (any BatchStorage) async throws -> Void) {
            self.name = name
            self.body = { make in try await body(try await make()) }
        }

        /// A case with two storages, such as for a batch and its copy.
        init(_ name: String, two body: @escaping @Sendable (any BatchStorage, any BatchStorage) async throws -> Void) {
            self.name = name
            self.body = { make in try await body(try await make(), try await make()) }
        }

        public var description: String { name }
    }

    /// All cases, grouped by concept. None depends on another.
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

    /// Runs one case on storages from `make`, each of which must be fresh and empty.
    ///
    /// - Throws: ``ConformanceFailure`` when the storage breaks the promise; any other error that the storage throws.
    public static func run(_ oneCase: Case, on make: Factory) async throws {
        try await oneCase.body(make)
    }
}
