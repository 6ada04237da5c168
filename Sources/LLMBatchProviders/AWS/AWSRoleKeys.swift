import Foundation
import LLMBatchCore
import NIOHTTP1

/// The Security Token Service, which lends the keys of a role.
///
/// Source: AWS Security Token Service API reference, `AssumeRole` and `AssumeRoleWithWebIdentity`.
struct SecurityTokenService: Sendable {
    let environment: AWSEnvironment
    let region: String?

    /// Takes on a role with a token of an identity provider; nothing of ours signs the call.
    func assume(role: String, session: String?, webToken: String) async throws(ProviderError) -> AWSKeys {
        try await assume(
            "AssumeRoleWithWebIdentity", role, session, [("WebIdentityToken", webToken)], NoCredential())
    }

    /// Takes on a role with keys of one's own.
    func assume(
        role: String, session: String?, externalID: String?, with keys: AWSKeys, now: @escaping @Sendable () -> Date
    ) async throws(ProviderError) -> AWSKeys {
        let chain = AWSKeyChain([GivenKeys(given: keys)], now: now)
        let credential = AWSCredential(keys: chain, signing: SigV4(region: usedRegion, service: .sts), now: now)
        let further = externalID.map { [("ExternalId", $0)] } ?? []
        return try await assume("AssumeRole", role, session, further, credential)
    }

    private var usedRegion: String { region ?? "us-east-1" }

    private func assume(
        _ action: String, _ role: String, _ session: String?, _ further: [(String, String)],
        _ credential: any Credential
    ) async throws(ProviderError) -> AWSKeys {
        let address = environment.endpoint(of: .sts) ?? "https://sts.\(usedRegion).\(AWSPartition(usedRegion).domain)"
        guard let service = try? ServiceURL(address) else { throw .noKeys("the address of STS makes no sense") }
        let transport = HTTPTransport(
            service: service, credential: credential, timeout: .seconds(10),
            failure: { ProviderError(aws: $0, headers: $1, body: $2) })
        let fields =
            [
                ("Action", action), ("Version", "2011-06-15"), ("RoleArn", role),
                ("RoleSessionName", session ?? "llmbatch"),
            ]
            + further
        let form = fields.map { "\(ServiceURL.encoded($0.0))=\(ServiceURL.encoded($0.1))" }.joined(separator: "&")
        let reply = try await transport.send(
            .init(
                method: .POST, path: [],
                body: .bytes(Array(form.utf8), type: "application/x-www-form-urlencoded; charset=utf-8")))
        let lent = XMLTree(reply.body)?["\(action)Result"]?["Credentials"]
        guard let lent, let id = lent.string("AccessKeyId"), let secret = lent.string("SecretAccessKey") else {
            throw .noKeys("STS gives no keys that can be read")
        }
        return AWSKeys(
            accessKeyID: id, secretAccessKey: secret, sessionToken: lent.string("SessionToken"),
            expiresAt: WireReading.date(lent.string("Expiration")))
    }
}

/// The role of a workload that an identity provider vouches for: `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`.
struct WebIdentityKeys: AWSKeyPlace {
    let environment: AWSEnvironment
    let region: String?
    let name = "AWS_WEB_IDENTITY_TOKEN_FILE"

    func keys() async throws(ProviderError) -> AWSKeys? {
        guard let path = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], let role = environment["AWS_ROLE_ARN"] else {
            return nil
        }
        return try await Self.keys(
            role: role, session: environment["AWS_ROLE_SESSION_NAME"], file: path,
            SecurityTokenService(environment: environment, region: region))
    }

    /// The token is read each time: the platform replaces it.
    static func keys(
        role: String, session: String?, file: String, _ service: SecurityTokenService
    ) async throws(ProviderError) -> AWSKeys {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw .noKeys("the file of the web identity token cannot be read")
        }
        let token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return try await service.assume(role: role, session: session, webToken: token)
    }
}

/// A profile of the shared files: its own keys, or a role that it takes on with those of another.
struct ProfileKeys: AWSKeyPlace {
    /// Nil for the one that the environment names.
    let profile: String?
    let environment: AWSEnvironment
    let region: String?
    let now: @Sendable () -> Date

    var name: String { "the profile \(profile ?? environment.profile) of the shared files" }

    func keys() async throws(ProviderError) -> AWSKeys? {
        let wanted = profile ?? environment.profile
        let profiles = environment.profiles
        guard let settings = profiles[wanted] else {
            guard profile == nil, wanted == "default" else {
                throw .noKeys("there is no profile \"\(wanted)\" in the shared config and credentials files")
            }
            return nil
        }
        let keys = try await keys(of: wanted, settings, profiles, seen: [])
        guard keys != nil || (profile == nil && wanted == "default") else {
            throw .noKeys("profile \"\(wanted)\" has no keys")
        }
        return keys
    }

    private func keys(
        of profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys? {
        if let role = settings["role_arn"] { return try await lent(role, to: profile, settings, profiles, seen: seen) }
        if let id = settings["aws_access_key_id"], let secret = settings["aws_secret_access_key"] {
            return AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: settings["aws_session_token"])
        }
        if settings.keys.contains(where: { $0.hasPrefix("sso_") || $0 == "credential_process" || $0 == "login_session" }
        ) {
            throw .noKeys(
                "profile \"\(profile)\" has its keys from another program; let it set them: "
                    + "eval \"$(aws configure export-credentials --profile \(profile) --format env)\"")
        }
        return nil
    }

    private func lent(
        _ role: String, to profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys {
        let service = SecurityTokenService(environment: environment, region: region ?? settings["region"])
        let session = settings["role_session_name"]
        if let file = settings["web_identity_token_file"] {
            return try await WebIdentityKeys.keys(role: role, session: session, file: file, service)
        }
        let own = try await sourceKeys(of: profile, settings, profiles, seen: seen)
        return try await service.assume(
            role: role, session: session, externalID: settings["external_id"], with: own, now: now)
    }

    /// The keys with which a role is taken on.
    private func sourceKeys(
        of profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys {
        var found: AWSKeys?
        if let source = settings["source_profile"] {
            guard !seen.contains(source), var theirs = profiles[source] else {
                throw .noKeys(
                    "the source profile \"\(source)\" of profile \"\(profile)\" is not there, or leads in a circle")
            }
            // A profile that is its own source takes on the role with its own keys.
            if source == profile { theirs["role_arn"] = nil }
            found = try await keys(of: source, theirs, profiles, seen: seen.union([profile]))
        } else {
            let place: (any AWSKeyPlace)? =
                switch settings["credential_source"] {
                case "Environment": EnvironmentKeys(environment: environment)
                case "EcsContainer": ContainerKeys(environment: environment)
                case "Ec2InstanceMetadata": InstanceKeys(environment: environment)
                default: nil
                }
            found = try await place?.keys()
        }
        guard let found else { throw .noKeys("profile \"\(profile)\" has a role and no keys to take it on with") }
        return found
    }
}

/// A group of regions with a domain and accounts of its own.
struct AWSPartition {
    /// As it stands in ARNs.
    let name: String
    let domain: String

    init(_ region: String) {
        name = region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
        domain = name == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
    }
}
