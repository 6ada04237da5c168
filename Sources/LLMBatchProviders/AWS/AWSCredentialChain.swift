package import Foundation
package import LLMBatchCore
import Synchronization

/// Finds credentials, caches them while they are valid, and renews them before they expire.
package actor AWSCredentialChain {
    private let places: [any AWSCredentialProvider]
    private let now: @Sendable () -> Date
    private var held: (keys: AWSKeys, since: Date)?
    private var search: Task<Result<AWSKeys, ProviderError>, Never>?
    /// Every secret ever held, so that it can be redacted from answers that repeat it.
    private nonisolated let secrets = Mutex<[APIKey]>([])

    /// How long before they expire credentials are renewed.
    static let margin: TimeInterval = 300
    /// Credentials without an expiration are looked up again after this time: their file may have changed.
    static let rest: TimeInterval = 60

    init(_ places: [any AWSCredentialProvider], now: @escaping @Sendable () -> Date = { Date() }) {
        self.places = places
        self.now = now
    }

    /// The providers of a source, in order.
    package init(
        _ source: AWSCredentialSource, region: String?, environment: AWSEnvironment = .process,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        let standard: [any AWSCredentialProvider] = [
            EnvironmentCredentials(environment: environment),
            WebIdentityCredentials(environment: environment, region: region),
            ProfileCredentials(profile: nil, environment: environment, region: region, now: now),
            ContainerCredentials(environment: environment), InstanceCredentials(environment: environment),
        ]
        let places: [any AWSCredentialProvider] =
            switch source {
            case .standard: standard
            case .profile(let name):
                [ProfileCredentials(profile: name, environment: environment, region: region, now: now)]
            case .keys(let id, let secret, let token):
                [StaticCredentials(given: AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: token))]
            }
        self.init(places, now: now)
    }

    /// Credentials that are valid for now.
    ///
    /// - Throws: `authentication` without credentials, naming the places searched; the error of the place that has them.
    package func keys() async throws(ProviderError) -> AWSKeys {
        if let held, isGood(held) { return held.keys }
        // Concurrent calls share one lookup.
        let task = search ?? Task { [places] in await Self.find(places) }
        search = task
        let found = await task.value
        search = nil
        switch found {
        case .success(let keys):
            held = (keys, now())
            secrets.withLock { known in
                known += keys.secrets.filter { new in !known.contains { $0.plain == new.plain } }
            }
            return keys
        case .failure(let error):
            if let held, carries(held.keys, over: error) { return held.keys }
            throw error
        }
    }

    /// Redacts every secret that was ever held.
    nonisolated func redacted(_ bytes: [UInt8]) -> [UInt8] {
        secrets.withLock { $0 }.reduce(bytes) { $1.redacted($0) }
    }

    /// Credentials that are valid for some minutes outlast any failure to renew them. Those without an expiration outlast
    /// only a transient failure, because they may have been revoked.
    private func carries(_ keys: AWSKeys, over error: ProviderError) -> Bool {
        keys.expiresAt.map { $0 > now() } ?? error.isTransient
    }

    private func isGood(_ held: (keys: AWSKeys, since: Date)) -> Bool {
        guard let end = held.keys.expiresAt else { return now().timeIntervalSince(held.since) < Self.rest }
        return end.timeIntervalSince(now()) > Self.margin
    }

    private static func find(_ places: [any AWSCredentialProvider]) async -> Result<AWSKeys, ProviderError> {
        do throws(ProviderError) {
            for place in places {
                if let keys = try await place.keys() { return .success(keys) }
            }
            return .failure(
                .noKeys("no AWS credentials found; searched \(places.map(\.name).joined(separator: ", "))"))
        } catch {
            return .failure(error)
        }
    }
}
