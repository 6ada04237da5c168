import Foundation
import LLMBatchCore
import NIOHTTP1

/// The Security Token Service, which issues temporary credentials for a role.
///
/// Source: AWS Security Token Service API reference, `AssumeRole` and `AssumeRoleWithWebIdentity`.
struct SecurityTokenService: Sendable {
    let environment: AWSEnvironment
    let region: String?

    /// Assumes a role with the token of an identity provider; the call is not signed.
    func assume(role: String, session: String?, webToken: String) async throws(ProviderError) -> AWSKeys {
        try await assume(
            "AssumeRoleWithWebIdentity", role, session, [("WebIdentityToken", webToken)], NoCredential())
    }

    /// Assumes a role with existing credentials.
    func assume(
        role: String, session: String?, externalID: String?, with keys: AWSKeys, now: @escaping @Sendable () -> Date
    ) async throws(ProviderError) -> AWSKeys {
        let chain = AWSCredentialChain([StaticCredentials(given: keys)], now: now)
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
        guard let service = try? ServiceURL(address) else { throw .noKeys("the address of STS is invalid") }
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
        let issued = XMLTree(reply.body)?["\(action)Result"]?["Credentials"]
        guard let issued, let id = issued.string("AccessKeyId"), let secret = issued.string("SecretAccessKey") else {
            throw .noKeys("STS returned no readable credentials")
        }
        return AWSKeys(
            accessKeyID: id, secretAccessKey: secret, sessionToken: issued.string("SessionToken"),
            expiresAt: WireReading.date(issued.string("Expiration")))
    }
}

/// The role of a workload with a web identity: `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`.
struct WebIdentityCredentials: AWSCredentialProvider {
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

    /// The token is read each time, because the platform replaces it.
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

/// A profile of the shared files: its own credentials, or a role that it assumes with those of another.
struct ProfileCredentials: AWSCredentialProvider {
    /// Nil for the profile named by the environment.
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
                throw .noKeys("profile \"\(wanted)\" is not in the shared config and credentials files")
            }
            return nil
        }
        let keys = try await keys(of: wanted, settings, profiles, seen: [])
        guard keys != nil || (profile == nil && wanted == "default") else {
            throw .noKeys("profile \"\(wanted)\" has no credentials")
        }
        return keys
    }

    private func keys(
        of profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys? {
        if let role = settings["role_arn"] {
            return try await assume(role, for: profile, settings, profiles, seen: seen)
        }
        if let id = settings["aws_access_key_id"], let secret = settings["aws_secret_access_key"] {
            return AWSKeys(accessKeyID: id, secretAccessKey: secret, sessionToken: settings["aws_session_token"])
        }
        if settings.keys.contains(where: { $0.hasPrefix("sso_") || $0 == "credential_process" || $0 == "login_session" }
        ) {
            throw .noKeys(
                "profile \"\(profile)\" gets its credentials from another program; export them: "
                    + "eval \"$(aws configure export-credentials --profile \(profile) --format env)\"")
        }
        return nil
    }

    private func assume(
        _ role: String, for profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys {
        let service = SecurityTokenService(environment: environment, region: region ?? settings["region"])
        let session = settings["role_session_name"]
        if let file = settings["web_identity_token_file"] {
            return try await WebIdentityCredentials.keys(role: role, session: session, file: file, service)
        }
        let own = try await sourceKeys(of: profile, settings, profiles, seen: seen)
        return try await service.assume(
            role: role, session: session, externalID: settings["external_id"], with: own, now: now)
    }

    /// The credentials that assume a role.
    private func sourceKeys(
        of profile: String, _ settings: [String: String], _ profiles: AWSProfiles, seen: Set<String>
    ) async throws(ProviderError) -> AWSKeys {
        var found: AWSKeys?
        if let source = settings["source_profile"] {
            guard !seen.contains(source), var theirs = profiles[source] else {
                throw .noKeys(
                    "the source profile \"\(source)\" of profile \"\(profile)\" does not exist, or loops")
            }
            // A profile that is its own source assumes the role with its own credentials.
            if source == profile { theirs["role_arn"] = nil }
            found = try await keys(of: source, theirs, profiles, seen: seen.union([profile]))
        } else {
            let place: (any AWSCredentialProvider)? =
                switch settings["credential_source"] {
                case "Environment": EnvironmentCredentials(environment: environment)
                case "EcsContainer": ContainerCredentials(environment: environment)
                case "Ec2InstanceMetadata": InstanceCredentials(environment: environment)
                default: nil
                }
            found = try await place?.keys()
        }
        guard let found else { throw .noKeys("profile \"\(profile)\" has a role, but no credentials to assume it") }
        return found
    }
}

/// A partition: a group of regions with its own domain and accounts.
struct AWSPartition {
    /// The name as used in ARNs.
    let name: String
    let domain: String

    init(_ region: String) {
        name = region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
        domain = name == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
    }
}
