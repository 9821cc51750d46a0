// Short names for the schemas of the API.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Portal = Schemas['Portal'];
export type Invitation = Schemas['Invitation'];
export type Session = Schemas['Session'];
export type SignedIn = Schemas['SignedIn'];
export type Account = Schemas['Account'];
export type AccountKind = Schemas['AccountKind'];
export type Vault = Schemas['Vault'];
export type Parcel = Schemas['Parcel'];
export type Activity = Schemas['Activity'];
export type ActivityKind = Schemas['ActivityKind'];
export type Recipient = Schemas['Recipient'];
export type Standing = Schemas['Standing'];
export type Correspondent = Schemas['Correspondent'];
export type Folder = Schemas['Folder'];
export type Delivery = Schemas['Delivery'];
export type Page = Schemas['Page'];
export type OpenDelivery = Schemas['OpenDelivery'];
export type Participant = Schemas['Participant'];
export type Notification = Schemas['Notification'];
export type Role = Schemas['Role'];
export type Change = Schemas['Change'];
export type Changes = Schemas['Changes'];
export type Send = Schemas['Send'];
export type Sent = Schemas['Sent'];
export type ManagedAccount = Schemas['ManagedAccount'];
export type Problem = Schemas['Problem'];
