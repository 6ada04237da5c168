import Foundation
import LLMBatchCore
import NIOHTTP1

/// Temporary credentials of a container: Elastic Container Service, Elastic Kubernetes Service.
///
/// Source: AWS SDKs and Tools reference guide, "Container credential provider".
struct ContainerCredentials: AWSCredentialProvider {
    let environment: AWSEnvironment
    let name = "the container's endpoint"

    /// The only hosts contacted over plain HTTP: the token in the call is as sensitive as the credentials.
    private static let plainHosts: Set = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23"]

    func keys() async throws(ProviderError) -> AWSKeys? {
        guard let address = try address() else { return nil }
        var headers: [(String, String)] = []
        if let token = try token() { headers.append(("authorization", token)) }
        let reply = try await LocalCredentials.call(.init(target: .permitted(address), headers: headers))
        return try LocalCredentials.read(reply, from: name)
    }

    private func address() throws(ProviderError) -> String? {
        if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard path.hasPrefix("/") else { throw .noKeys("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not a path") }
            return "http://169.254.170.2" + path
        }
        guard let text = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
        let parts = URLComponents(string: text)
        let host = parts?.host ?? ""
        let isLocal = host == "localhost" || host == "[::1]" || host.hasPrefix("127.") || Self.plainHosts.contains(host)
        guard parts?.scheme == "https" || (parts?.scheme == "http" && isLocal) else {
            throw .noKeys("AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this host")
        }
        return text
    }

    private func token() throws(ProviderError) -> String? {
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw .noKeys("the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names cannot be read")
            }
            token = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard token?.contains(where: \.isNewline) != true else {
            throw .noKeys("the container's token has a line break")
        }
        return token
    }
}

/// Temporary credentials of a virtual machine, requested within a session (IMDSv2).
///
/// Source: Amazon EC2 user guide, "Use the Instance Metadata Service", "Retrieve security credentials".
struct InstanceCredentials: AWSCredentialProvider {
    let environment: AWSEnvironment
    let name = "the instance's endpoint"

    func keys() async throws(ProviderError) -> AWSKeys? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        let base = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        let token: String
        do throws(ProviderError) {
            token = try await text(
                .init(
                    method: .PUT, target: .permitted(root + "/latest/api/token"),
                    headers: [("x-aws-ec2-metadata-token-ttl-seconds", "21600")]))
        } catch {
            // Off an instance the address does not answer, or another server does and does not know the path. A transient
            // failure means that this is an instance.
            guard error.isTransient, error.delivery != .notSent, error.kind != .timeout else { return nil }
            throw error
        }
        let roles = root + "/latest/meta-data/iam/security-credentials/"
        let headers = [("x-aws-ec2-metadata-token", token)]
        let list: String
        do throws(ProviderError) {
            list = try await text(.init(target: .permitted(roles), headers: headers))
        } catch  where error.kind == .notFound {
            return nil
        }
        guard let role = list.split(whereSeparator: \.isNewline).first else { return nil }
        let address = roles + ServiceURL.encoded(String(role))
        return try LocalCredentials.read(
            try await LocalCredentials.call(.init(target: .permitted(address), headers: headers)), from: name)
    }

    private func text(_ call: HTTPTransport.Call) async throws(ProviderError) -> String {
        String(decoding: try await LocalCredentials.call(call).body, as: UTF8.self)
    }
}

/// Calls to the platform's own endpoints, which are local: one that does not answer quickly does not exist.
enum LocalCredentials {
    static func call(_ call: HTTPTransport.Call) async throws(ProviderError) -> HTTPTransport.Reply {
        guard let service = try? ServiceURL("http://169.254.169.254") else { throw .noKeys("there is no address") }
        let transport = HTTPTransport(service: service, credential: NoCredential(), timeout: .seconds(2))
        do throws(ProviderError) {
            return try await transport.send(call)
        } catch  where error.isTransient && error.kind != .network {
            return try await transport.send(call)
        }
    }

    /// `{"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}`; an instance also sends `Code`.
    static func read(_ reply: HTTPTransport.Reply, from name: String) throws(ProviderError) -> AWSKeys {
        guard let json = try? JSONObject(reply.body), json.string("Code").map({ $0 == "Success" }) ?? true,
            let id = json.string("AccessKeyId"), let secret = json.string("SecretAccessKey")
        else { throw .noKeys("\(name) returned no readable credentials") }
        return AWSKeys(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json.string("Token"),
            expiresAt: WireReading.date(json.string("Expiration")))
    }
}
