export interface paths {
  "/api/v1/portal": {
    get: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Portal"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/invitations/inspect": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["InvitationToken"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Invitation"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/invitations/renew": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["InvitationToken"] } };
      responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/registrations/start": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["StartRegistration"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["RegistrationStarted"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/registrations": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["Register"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SignedIn"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/sign-ins": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["StartSignIn"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SignInStarted"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/sessions": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["FinishSignIn"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SignedIn"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/session": {
    get: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Session"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
    delete: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/vault": {
    get: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Vault"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
    put: {
      parameters: { header: { "If-Match": string } };
      requestBody: { content: { "application/json": components["schemas"]["WriteVault"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["VaultVersion"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/parcels": {
    get: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Parcel"][] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/parcels/{id}": {
    delete: {
      parameters: { path: { id: string } };
      requestBody?: never;
      responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/activity": {
    get: {
      parameters: { query?: never };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Activity"][] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/recipients": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["PrepareRecipients"] } };
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Recipient"][] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/correspondents": {
    get: {
      parameters: { query: { prefix: string } };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Correspondent"][] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/messages": {
    post: {
      parameters: { header: { "Idempotency-Key": string } };
      requestBody: { content: { "application/json": components["schemas"]["Send"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Sent"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/deliveries": {
    get: {
      parameters: { query: { folder: components["schemas"]["Folder"]; before?: string | null; limit?: number | null } };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Page"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/deliveries/{id}": {
    get: {
      parameters: { path: { id: string } };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["OpenDelivery"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/deliveries/{id}/read": {
    put: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": components["schemas"]["SetRead"] } };
      responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/changes": {
    get: {
      parameters: { query: { since: number } };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Changes"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/admin/invitations": {
    post: {
      parameters: { query?: never };
      requestBody: { content: { "application/json": components["schemas"]["Invite"] } };
      responses: { 201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["ManagedAccount"] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/admin/accounts": {
    get: {
      parameters: { query?: { before?: string | null; limit?: number | null } };
      requestBody?: never;
      responses: { 200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["ManagedAccount"][] } }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
  "/api/v1/admin/accounts/{id}/disabled": {
    put: {
      parameters: { path: { id: string } };
      requestBody: { content: { "application/json": components["schemas"]["SetDisabled"] } };
      responses: { 204: { headers: { [name: string]: unknown }; content?: never }; default: { headers: { [name: string]: unknown }; content: { "application/problem+json": components["schemas"]["Problem"] } } };
    };
  };
}
export interface components {
  schemas: {
    Portal: { name: string; version: string; max_file_size: number; max_body_size: number; max_recipients: number; demo: boolean };
    AccountKind: 'professional' | 'guest';
    InvitationToken: { token: string };
    Person: { name?: string | null; address: string };
    Invitation: { address: string; kind: components['schemas']['AccountKind']; invited_by?: components['schemas']['Person'] | null; waiting: number; expires_at: number };
    StartRegistration: { token: string; registration_request: string };
    RegistrationStarted: { account: string; registration_response: string };
    Carrier: 'cookie' | 'bearer';
    NewVault: { sealed: string; password_slot: string };
    Register: { token: string; name: string; registration_upload: string; certificate: string; vault: components['schemas']['NewVault']; carrier: components['schemas']['Carrier'] };
    StartSignIn: { address: string; credential_request: string };
    SignInStarted: { sign_in: string; credential_response: string };
    FinishSignIn: { sign_in: string; credential_finalization: string; carrier: components['schemas']['Carrier'] };
    SignedIn: { session: components['schemas']['Session']; vault: components['schemas']['Vault']; bearer?: string | null };
    Session: { account: components['schemas']['Account']; reload_key: string; expires_at: number };
    OwnAddress: { address: string; master: boolean };
    Account: { id: string; name: string; kind: components['schemas']['AccountKind']; administrator: boolean; addresses: components['schemas']['OwnAddress'][]; certificate: string };
    SlotKind: 'password';
    Slot: { id: string; kind: components['schemas']['SlotKind']; wrapped: string };
    Vault: { version: number; sealed: string; slots: components['schemas']['Slot'][] };
    WriteVault: { sealed: string };
    VaultVersion: { version: number };
    Parcel: { id: string; sealed: string };
    ActivityKind: 'registered' | 'signed-in' | 'waiting-key-handed-over' | 'disabled' | 'enabled';
    Activity: { at: number; kind: components['schemas']['ActivityKind'] };
    PrepareRecipients: { addresses: string[]; in_reply_to?: string | null };
    Standing: 'registered' | 'invited';
    Recipient: { address: string; account: string; name?: string | null; standing: components['schemas']['Standing']; certificate: string };
    Correspondent: { name?: string | null; address: string; kind: components['schemas']['AccountKind']; last_at: number };
    Folder: 'inbox' | 'sent';
    Delivery: {
      id: string; message: string; folder: components['schemas']['Folder']; sent_at: number; read_at?: number | null;
      sender: components['schemas']['Person']; sender_fingerprint: string; to: string[]; key_packet: string; cover: string; files: number; size: number;
    };
    Page: { deliveries: components['schemas']['Delivery'][]; certificates: { [key: string]: string }; next?: string | null };
    StoredFile: { sha256: string; size: number };
    Role: 'to' | 'cc' | 'bcc';
    Notification:
      | { state: 'waiting'; attempts: number }
      | { state: 'sent'; at: number }
      | { state: 'failed'; at: number; refused: boolean };
    Participant: { role: components['schemas']['Role']; address: string; name?: string | null; standing: components['schemas']['Standing']; notification?: components['schemas']['Notification'] | null };
    Slip: { participants: components['schemas']['Participant'][]; in_reply_to?: string | null };
    OpenDelivery: components['schemas']['Delivery'] & { body: string; certificate: string; files_stored: components['schemas']['StoredFile'][]; slip: components['schemas']['Slip'] };
    SetRead: { read: boolean };
    Change: { kind: 'delivery'; id: string } | { kind: 'account' };
    Changes: { changes: components['schemas']['Change'][]; latest: number; more: boolean };
    KeyPacket: { account: string; fingerprint: string; packet: string };
    Send: { id: string; to: string[]; cc?: string[]; bcc?: string[]; key_packets: components['schemas']['KeyPacket'][]; cover: string; body: string; files?: string[]; in_reply_to?: string | null };
    Sent: { message: string; delivery: string };
    Invite: { address: string; kind: components['schemas']['AccountKind'] };
    AccountState: 'invited' | 'active' | 'disabled';
    ManagedAccount: { id: string; name?: string | null; kind: components['schemas']['AccountKind']; administrator: boolean; state: components['schemas']['AccountState']; addresses: components['schemas']['OwnAddress'][]; created_at: number };
    SetDisabled: { disabled: boolean };
    ProblemType: string;
    Problem: { type: components['schemas']['ProblemType']; status: number; title: string; detail?: string | null; retry_after?: number | null; addresses?: string[] };
  };
}
