package httpapi

// unitRoutes are the calls of units and people for staff.
func (a *API) unitRoutes() []route {
	return []route{}
}
