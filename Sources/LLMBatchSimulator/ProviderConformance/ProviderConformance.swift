import LLMBatchCore
import LLMBatchTesting

/// The requirements that every ``LLMBatchCore/BatchProvider`` must meet, as named cases that need no test framework.
///
/// Each case drives batches through the provider against its simulator, over real HTTP, with the real runner and an
/// in-memory storage:
///
/// ```swift
/// @Test(arguments: ProviderConformance.runs(of: [mine]))
/// func conforms(_ run: ProviderConformance.Run) async throws {
///     try await run()
/// }
/// ```
///
/// The provider's ``LLMBatchCore/ProviderDescription`` and its ``Subject/abilities`` say what it supports. Cases about
/// anything else are left out. A case that fails throws a ``ConformanceFailure``.
public enum ProviderConformance {
    /// One requirement for a provider, by name.
    public struct Case: Sendable, CustomStringConvertible {
        /// The requirement, unique among all cases: "concept: promise".
        public let name: String
        let needs: @Sendable (Subject) -> Bool
        let body: @Sendable (ProviderBench) async throws -> Void

        /// - Parameters:
        ///   - needs: The abilities that the case requires.
        ///   - also: Another condition that the provider must meet.
        init(
            _ name: String, needs: Set<Ability> = [], if also: @escaping @Sendable (Subject) -> Bool = { _ in true },
            _ body: @escaping @Sendable (ProviderBench) async throws -> Void
        ) {
            self.name = name
            self.needs = { needs.isSubset(of: $0.abilities) && also($0) }
            self.body = body
        }

        public var description: String { name }
    }

    /// A case and the provider to run it with.
    public struct Run: Sendable, CustomStringConvertible {
        /// The provider.
        public let subject: Subject
        /// The case.
        public let oneCase: Case

        /// A text such as `gemini, results: …`.
        public var description: String { "\(subject), \(oneCase)" }

        /// Runs the case.
        ///
        /// - Throws: ``ConformanceFailure`` when the provider breaks the promise; any other error that occurs.
        public func callAsFunction() async throws {
            var script = SimulatorScript()
            script.answer = { .text(ProviderBench.answer(to: $0.question)) }
            let size = max(10, subject.described.limits?.minimumRequests ?? 1)
            try await ProviderSimulator.withRunning(subject.simulator, script) { simulator in
                try await oneCase.body(ProviderBench(subject: subject, simulator: simulator, size: size))
            }
        }
    }

    /// All cases, grouped by concept. None depends on another.
    public static let cases: [Case] =
        life + polling + requests + limits + creating + uploading + reconciling + searchingOddLists + restarting
        + waiting
        + vanishing + refusals + secrets + results + oddAnswers + oddResults + late + collectingAgain + endings
        + cancelling + asking

    /// The cases that apply to a provider.
    public static func cases(for subject: Subject) -> [Case] { cases.filter { $0.needs(subject) } }

    /// Every applicable case of every provider.
    public static func runs(of subjects: [Subject]) -> [Run] {
        subjects.flatMap { subject in cases(for: subject).map { Run(subject: subject, oneCase: $0) } }
    }
}
